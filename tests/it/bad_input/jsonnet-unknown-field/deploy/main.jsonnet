local values = { replicas: std.extVar('replicas') };
{ a: values.replica }
