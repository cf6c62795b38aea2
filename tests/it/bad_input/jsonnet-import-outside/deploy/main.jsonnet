local k = import 'k.libsonnet';
k + (import '../../../etc/passwd')
