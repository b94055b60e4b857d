import { describe, expect, test } from '@jest/globals'
import { bytesOf, readableOf } from './bytes.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)

describe('bytes', () => {
  test('that are JSON are indented, with every digit and every name as it stands', () => {
    const { kind, text } = readableOf(
      utf8('{"a":1234567890123456789.10,"a":[],"b":{"c":"x, {y}: \\"z"},"d":[1,{}]}'),
      true,
    )

    expect(kind).toBe('json')
    expect(text).toBe(
      [
        '{',
        '  "a": 1234567890123456789.10,',
        '  "a": [],',
        '  "b": {',
        '    "c": "x, {y}: \\"z"',
        '  },',
        '  "d": [',
        '    1,',
        '    {}',
        '  ]',
        '}',
      ].join('\n'),
    )
  })

  test('that are text show what is not seen, and what turns text around, as numbers', () => {
    expect(readableOf(utf8('한\u001b[2J\u202e\nb'), true)).toEqual({ kind: 'text', text: '한\\u{1b}[2J\\u{202e}\nb' })
    expect(readableOf(utf8('{"a":'), true)).toEqual({ kind: 'text', text: '{"a":' })
    expect(readableOf(utf8('17'), true).kind).toBe('text')
  })

  test('that are no text are shown in hexadecimal', () => {
    const bytes = Uint8Array.from({ length: 17 }, (_, index) => 0xff - index)
    expect(readableOf(bytes, true)).toEqual({
      kind: 'hex',
      text: '000000  ff fe fd fc fb fa f9 f8 f7 f6 f5 f4 f3 f2 f1 f0\n000010  ef',
    })
  })

  test('of which the end is missing are text although half a character is cut off, and no JSON', () => {
    expect(readableOf(utf8('{"a":"한').subarray(0, -1), false)).toEqual({ kind: 'text', text: '{"a":"' })
  })

  test('come out of base64 as they went in', () => {
    expect([...bytesOf('/wD+')]).toEqual([0xff, 0x00, 0xfe])
  })
})
