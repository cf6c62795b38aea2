{ a: replica }
