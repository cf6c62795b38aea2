{ a: std.extVar('host') }
