import { expect, test } from '@jest/globals'
import { printable, printableError } from './printable.ts'

test.each([
  ['an escape sequence', '\u001b[2J\u001b]0;title\u0007', '\\u{1b}[2J\\u{1b}]0;title\\u{7}'],
  ['a line end', 'one\r\ntwo', 'one\\u{d}\\u{a}two'],
  ['NUL and DEL', '\u0000\u007f', '\\u{0}\\u{7f}'],
  ['C1', '\u009b31m\u0085', '\\u{9b}31m\\u{85}'],
  ['a change of direction', 'a\u202etxt.exe\u2066b\u061c', 'a\\u{202e}txt.exe\\u{2066}b\\u{61c}'],
  ['what is not seen', 'a\u200b\ufeff\u00ad\u{e0041}', 'a\\u{200b}\\u{feff}\\u{ad}\\u{e0041}'],
  ['separators of lines', '\u2028\u2029', '\\u{2028}\\u{2029}'],
  ['half a character', '\ud800x', '\\u{d800}x'],
])('%s is spelled out', (_, text, expected) => {
  expect(printable(text)).toBe(expected)
})

test('text stays as it is', () => {
  const text = 'pay_01\t결제 €10 — “zażółć” 😀 \\u{1b}'
  expect(printable(text)).toBe(text)
})

test('an error is its message, or its code when it has none', () => {
  expect(printableError(new Error('no \u001b[1mtopic'))).toBe('no \\u{1b}[1mtopic')
  expect(printableError(Object.assign(new Error(''), { code: 'ECONNREFUSED' }))).toBe('ECONNREFUSED')
  expect(printableError('text')).toBe('text')
})
