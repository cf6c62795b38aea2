(import 'k.libsonnet').map
