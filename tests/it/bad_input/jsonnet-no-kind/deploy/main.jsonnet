{ a: { apiVersion: 'v1', metadata: { name: 'a' } } }
