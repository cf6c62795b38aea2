local values = { replicas: 1 };
{ a: values.replica }
