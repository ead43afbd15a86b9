import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutComments } from './comments.ts';

const same = (one: string, other: string): void => assert.equal(withoutComments(one), withoutComments(other));
const differ = (one: string, other: string): void => assert.notEqual(withoutComments(one), withoutComments(other));

test('comments, white space and a comma before an end change nothing of a module', () => {
  same('const a = f(1, 2); // why\n', '/* since\n ever */ const a=f(\n  1,\n  2,\n);');
  same('const b = `${ /* x */ { a: `${c}` }.a }`;', 'const b = `${{a:`${c}`}.a}`;');
  same('const r = /\\/\\/[/"]/g; // it\nn', 'const r = /\\/\\/[/"]/g;n');
  same('const d = f(a) / b; // c / d', 'const d = f(a) /\n b;');
});

test('what looks like a comment and is none, and every other character, counts', () => {
  differ("const a = 'x // y';", "const a = 'x // z';");
  differ('const a = `x // y`;', 'const a = `x // z`;');
  differ('const a = `x  y`;', 'const a = `x y`;');
  differ('const r = /[/]\\/* a/;', 'const r = /[/]\\/* b/;');
  differ('if (x) /https?:\\/\\// .test(y);', 'if (x) /https?:\\/\\// .test(z);');
  differ('const a = `${b} // ${c}`;', 'const a = `${b} // ${d}`;');
  differ('return a;', 'returna;');
  differ('a = b + +c', 'a = b++c');
  differ('const a = [1, , ];', 'const a = [1, ];');
});

test('a text that ends in the middle of something stays as it is', () => {
  for (const text of ['const a = `x', 'const a = `${', "'"]) differ(`${text} // a`, `${text} // b`);
});
