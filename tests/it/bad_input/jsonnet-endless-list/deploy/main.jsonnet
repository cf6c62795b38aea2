std.foldl(function(a, b) a + a, std.range(1, 100), 'xxxxxxxxxx')
