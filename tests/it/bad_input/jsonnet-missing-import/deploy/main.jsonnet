local k = import 'k.libsonnet';
k.map
