local f(x) = 1 + f(x + 1);
{ a: f(0) }
