import 'https://example.com/k.libsonnet'
