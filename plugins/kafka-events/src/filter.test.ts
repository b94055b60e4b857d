/** What of a record's value a filter pattern sees, AWS's documented examples, what is refused, and that no bytes throw. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { compileFilterPattern, createFilter } from './filter.ts'

const seed = 20_261_122

const json = (value: unknown) => Buffer.from(JSON.stringify(value))
const matches = (pattern: unknown, value: string | Buffer | null) =>
  compileFilterPattern(pattern).matches(typeof value === 'string' ? Buffer.from(value) : value)
/** Whether `{ field: pattern }` matches the record `{ field: value }`, or one without the field. */
const fieldMatches = (list: unknown[], ...value: unknown[]) =>
  matches({ value: { field: list } }, json(value.length === 0 ? {} : { field: value[0] }))

describe("the examples of AWS's developer guide", () => {
  test('device_ID begins with AB', () => {
    const pattern = { value: { device_ID: [{ prefix: 'AB' }] } }
    const record = { device_ID: 'AB1234', session: { start_time: 'yyyy-mm-ddThh:mm:ss', duration: 162 } }

    expect(matches(pattern, json(record))).toBe(true)
    expect(matches(pattern, json({ ...record, device_ID: 'XAB1234' }))).toBe(false)
  })

  test('messages that are the plain string "error" are ignored', () => {
    const pattern = { value: [{ 'anything-but': ['error'] }] }

    expect(matches(pattern, 'error')).toBe(false)
    expect(matches(pattern, 'Hello, this is a test.')).toBe(true)
  })

  test('exists sees leaves only: an address with fields of its own does not exist', () => {
    const person = { name: 'John Doe', age: 30, address: { street: '123 Main St', city: 'Anytown', country: 'USA' } }

    expect(matches({ value: { person: { address: [{ exists: true }] } } }, json({ person }))).toBe(false)
    expect(matches({ value: { person: { address: { city: [{ exists: true }] } } } }, json({ person }))).toBe(true)
  })

  test('300, 300.0 and 3.0e2 are not equal, but one number for `numeric`', () => {
    const equals = compileFilterPattern({ value: { a: [300] } })
    const numeric = compileFilterPattern({ value: { a: [{ numeric: ['=', 300] }] } })
    const others = ['300.0', '3.0e2', '3E2', '300.00'].map(number => Buffer.from(`{"a":${number}}`))

    expect(equals.matches(Buffer.from('{"a":300}'))).toBe(true)
    expect(others.map(value => equals.matches(value))).toEqual([false, false, false, false])
    expect(others.map(value => numeric.matches(value))).toEqual([true, true, true, true])
    expect(matches('{"value": {"a": [3.0e2]}}', '{"a": 3.0e2}')).toBe(true)
    expect(matches({ value: { a: [0] } }, '{"a":-0}')).toBe(false)
    expect(matches({ value: { a: [1e-7] } }, '{"a":0.0000001}')).toBe(false)
  })

  test.each<{ rule: string; pattern: unknown; yes: unknown; no: unknown }>([
    { rule: 'Null', pattern: { UserID: [null] }, yes: { UserID: null }, no: { UserID: 'null' } },
    { rule: 'Null, missing', pattern: { UserID: [null] }, yes: { UserID: null }, no: {} },
    { rule: 'Empty', pattern: { LastName: [''] }, yes: { LastName: '' }, no: { LastName: null } },
    { rule: 'Equals', pattern: { Name: ['Alice'] }, yes: { Name: 'Alice' }, no: { Name: 'alice' } },
    {
      rule: 'Equals (ignore case)',
      pattern: { Name: [{ 'equals-ignore-case': 'alice' }] },
      yes: { Name: 'aLICE' },
      no: { Name: 'Alicia' },
    },
    {
      rule: 'And',
      pattern: { Location: ['New York'], Day: ['Monday'] },
      yes: { Location: 'New York', Day: 'Monday' },
      no: { Location: 'New York', Day: 'Tuesday' },
    },
    {
      rule: 'Or',
      pattern: { PaymentType: ['Credit', 'Debit'] },
      yes: { PaymentType: 'Debit' },
      no: { PaymentType: 'Cash' },
    },
    {
      rule: 'Or (multiple fields)',
      pattern: { $or: [{ Location: ['New York'] }, { Day: ['Monday'] }] },
      yes: { Location: 'Boston', Day: 'Monday' },
      no: { Location: 'Boston', Day: 'Tuesday' },
    },
    {
      rule: 'Not',
      pattern: { Weather: [{ 'anything-but': ['Raining'] }] },
      yes: { Weather: 'Sunny' },
      no: { Weather: 'Raining' },
    },
    {
      rule: 'Numeric (equals)',
      pattern: { Price: [{ numeric: ['=', 100] }] },
      yes: { Price: 100 },
      no: { Price: '100' },
    },
    {
      rule: 'Numeric (range), upper end',
      pattern: { Price: [{ numeric: ['>', 10, '<=', 20] }] },
      yes: { Price: 20 },
      no: { Price: 20.01 },
    },
    {
      rule: 'Numeric (range), lower end',
      pattern: { Price: [{ numeric: ['>', 10, '<=', 20] }] },
      yes: { Price: 10.01 },
      no: { Price: 10 },
    },
    { rule: 'Exists', pattern: { ProductName: [{ exists: true }] }, yes: { ProductName: null }, no: {} },
    { rule: 'Does not exist', pattern: { ProductName: [{ exists: false }] }, yes: {}, no: { ProductName: '' } },
    {
      rule: 'Begins with',
      pattern: { Region: [{ prefix: 'us-' }] },
      yes: { Region: 'us-east-1' },
      no: { Region: 'us' },
    },
    {
      rule: 'Ends with',
      pattern: { FileName: [{ suffix: '.png' }] },
      yes: { FileName: 'a.png' },
      no: { FileName: 'a.PNG' },
    },
  ])('$rule', ({ pattern, yes, no }) => {
    expect(matches({ value: pattern }, json(yes))).toBe(true)
    expect(matches({ value: pattern }, json(no))).toBe(false)
  })
})

/** AWS's table of formats: where they differ, the pattern's part for `value` is not applied, and Kafka has no other part. */
describe('the format of a value and of the pattern', () => {
  const jsonPattern = { value: { a: [1] } }
  const stringPattern = { value: ['one'] }

  test.each<{ value: string; forJson: boolean; forString: boolean }>([
    { value: 'one', forJson: true, forString: true },
    { value: 'two', forJson: true, forString: false },
    { value: '{"a":1}', forJson: true, forString: true },
    { value: ' \n{"a":2}', forJson: false, forString: true },
    { value: '[{"a":1},{"a":2}]', forJson: true, forString: true },
    { value: '[]', forJson: false, forString: true },
    { value: '{"a":1', forJson: true, forString: false },
    { value: '', forJson: true, forString: false },
    { value: '1', forJson: true, forString: false },
    { value: '"one"', forJson: true, forString: false },
    { value: 'null', forJson: true, forString: false },
    { value: '\ufeff{"a":2}', forJson: true, forString: false },
  ])('%j', ({ value, forJson, forString }) => {
    expect(matches(jsonPattern, value)).toBe(forJson)
    expect(matches(stringPattern, value)).toBe(forString)
  })

  test('what is not UTF-8 is not filtered', () => {
    expect(matches(jsonPattern, Buffer.from([0xff, 0xfe, 0x7b]))).toBe(true)
    expect(matches(stringPattern, Buffer.from([0xc3]))).toBe(true)
  })

  test('a tombstone has no value: only `exists: false` matches it', () => {
    expect(matches(jsonPattern, null)).toBe(false)
    expect(matches({ value: [{ 'anything-but': ['one'] }] }, null)).toBe(false)
    expect(matches({ value: [{ exists: true }] }, null)).toBe(false)
    expect(matches({ value: [{ exists: false }] }, null)).toBe(true)
    expect(matches({ value: { a: [{ exists: false }] } }, null)).toBe(true)
  })

  test('an empty value is the empty plain string', () => {
    expect(matches({ value: [''] }, '')).toBe(true)
    expect(matches({ value: [{ exists: true }] }, '')).toBe(true)
  })

  test('a plain string is a string, whatever it looks like', () => {
    expect(matches({ value: ['5', 'true'] }, '5')).toBe(true)
    expect(matches({ value: [5] }, '5')).toBe(false)
    expect(matches({ value: [{ numeric: ['=', 5] }] }, '5')).toBe(false)
    expect(matches({ value: [{ prefix: 'err' }, { suffix: '!' }] }, 'done!')).toBe(true)
  })

  test('alternatives may stand above `value`', () => {
    const pattern = { $or: [{ value: { a: [1] } }, { value: { b: [2] } }] }

    expect(matches(pattern, '{"b":2}')).toBe(true)
    expect(matches(pattern, '{"a":2,"b":1}')).toBe(false)
  })
})

describe('values', () => {
  test.each<{ list: unknown[]; value: unknown[]; expected: boolean; why: string }>([
    { list: ['5'], value: [5], expected: false, why: 'a number is not its text' },
    { list: [true], value: ['true'], expected: false, why: 'true is not its text' },
    { list: ['__proto__'], value: ['__proto__'], expected: true, why: 'no name is special' },
    { list: ['x', 'y'], value: [['z', 'y']], expected: true, why: 'one element of an array is enough' },
    { list: ['x'], value: [[['x']]], expected: true, why: 'arrays in arrays count as one' },
    { list: [{ 'anything-but': ['x'] }], value: [['x', 'y']], expected: true, why: 'one other element is enough' },
    { list: [{ 'anything-but': ['x'] }], value: [[]], expected: false, why: 'an empty array has no value' },
    { list: [{ 'anything-but': ['x'] }], value: [], expected: false, why: 'a missing field is not another value' },
    { list: [{ 'anything-but': 'x' }], value: [null], expected: true, why: 'null is another value' },
    { list: [{ 'anything-but': [5] }], value: ['5'], expected: true, why: 'a text is another value than a number' },
    { list: [{ prefix: '' }], value: [5], expected: false, why: 'only text has a beginning' },
    { list: [{ suffix: '' }], value: ['x'], expected: true, why: 'every text ends with nothing' },
    { list: [{ 'equals-ignore-case': '결제' }], value: ['결제'], expected: true, why: 'text beyond ASCII' },
    { list: [{ exists: false }], value: [{ x: 1 }], expected: true, why: 'an object is no leaf' },
    { list: [{ exists: false }, 'x'], value: ['x'], expected: true, why: 'alternatives of absence' },
    { list: [{ numeric: ['<', 1e300] }], value: [-1.5], expected: true, why: 'negative and fraction' },
    { list: [1e21], value: [1e21], expected: true, why: 'a big number, written alike' },
    { list: [1e-7], value: [1e-7], expected: true, why: 'a small number, written alike' },
  ])('$list and $value: $why', ({ list, value, expected }) => {
    expect(fieldMatches(list, ...value)).toBe(expected)
  })

  test('a number beyond all bounds is none, and digits that a double drops still count', () => {
    expect(matches({ value: { a: [{ numeric: ['>', 0] }] } }, '{"a":1e400}')).toBe(false)
    expect(matches('{"value":{"a":[9007199254740993]}}', '{"a":9007199254740993}')).toBe(true)
    expect(matches('{"value":{"a":[9007199254740993]}}', '{"a":9007199254740992}')).toBe(false)
  })
})

describe('createFilter', () => {
  test('one of several patterns is enough, and none at all lets everything pass', () => {
    const filter = createFilter([{ value: { a: [1] } }, { value: { b: [2] } }].map(compileFilterPattern))

    expect(filter(json({ b: 2 }))).toBe(true)
    expect(filter(json({ a: 2, b: 1 }))).toBe(false)
    expect(createFilter([])(null)).toBe(true)
  })
})

describe('refused, with the place', () => {
  test.each<{ message: string; pattern: unknown }>([
    { message: 'the pattern is not JSON', pattern: undefined },
    { message: 'the pattern must be an object', pattern: null },
    { message: 'the pattern must be an object', pattern: ['value'] },
    { message: 'the pattern is not JSON', pattern: '{"value":' },
    { message: 'the pattern cannot be written as JSON', pattern: { value: 1n } },
    { message: 'the pattern must not be empty', pattern: {} },
    {
      message: 'the pattern has 4116 characters as JSON, more than 4096',
      pattern: { value: { a: ['x'.repeat(4096)] } },
    },
    { message: 'key cannot be filtered on', pattern: { key: ['x'] } },
    { message: 'topic cannot be filtered on', pattern: { value: ['x'], topic: ['y'] } },
    { message: 'value.a cannot be filtered on', pattern: { 'value.a': [1] } },
    { message: 'value must be an object or a list', pattern: { value: 'x' } },
    { message: 'value must be an object or a list', pattern: { value: null } },
    { message: 'value.a must be an object or a list', pattern: { value: { a: 1 } } },
    { message: 'value must not be empty', pattern: { value: [] } },
    { message: 'value must not be empty', pattern: { value: {} } },
    { message: 'value.a.b must not be empty', pattern: { value: { a: { b: [] } } } },
    {
      message: 'value.a[1] must be a string, number, true, false, null or operator',
      pattern: { value: { a: ['x', ['y']] } },
    },
    { message: 'value.a[0] needs exactly one operator, has 0', pattern: { value: { a: [{}] } } },
    {
      message: 'value.a[0] needs exactly one operator, has 2',
      pattern: { value: { a: [{ prefix: 'a', suffix: 'b' }] } },
    },
    {
      message: "value.a[0].wildcard is not an operator of Lambda's filters",
      pattern: { value: { a: [{ wildcard: '*' }] } },
    },
    { message: 'value.a[0].cidr is not an operator', pattern: { value: { a: [{ cidr: '10.0.0.0/8' }] } } },
    { message: 'value.a[0].toString is not an operator', pattern: { value: { a: [{ toString: 'x' }] } } },
    { message: 'value.a[0].prefix must be a string', pattern: { value: { a: [{ prefix: 5 }] } } },
    {
      message: 'value.a[0].prefix must be a string',
      pattern: { value: { a: [{ prefix: { 'equals-ignore-case': 'x' } }] } },
    },
    { message: 'value.a[0].suffix must be a string', pattern: { value: { a: [{ suffix: ['x'] }] } } },
    {
      message: 'value.a[0].equals-ignore-case must be a string',
      pattern: { value: { a: [{ 'equals-ignore-case': null }] } },
    },
    { message: 'value.a[0].exists must be true or false', pattern: { value: { a: [{ exists: 'true' }] } } },
    {
      message: 'value.a[0].anything-but must be strings only or numbers only',
      pattern: { value: { a: [{ 'anything-but': [] }] } },
    },
    {
      message: 'value.a[0].anything-but must be strings only',
      pattern: { value: { a: [{ 'anything-but': ['x', 1] }] } },
    },
    {
      message: 'value.a[0].anything-but must be strings only',
      pattern: { value: { a: [{ 'anything-but': [null] }] } },
    },
    {
      message: 'value.a[0].anything-but must be strings only',
      pattern: { value: { a: [{ 'anything-but': { prefix: 'x' } }] } },
    },
    { message: 'value.a[0].numeric must be a list', pattern: { value: { a: [{ numeric: 5 }] } } },
    { message: 'value.a[0].numeric must be one comparison and number', pattern: { value: { a: [{ numeric: [] }] } } },
    {
      message: 'value.a[0].numeric has "!=" where one of = > >= < <= must be',
      pattern: { value: { a: [{ numeric: ['!=', 3] }] } },
    },
    { message: 'value.a[0].numeric needs a number after >', pattern: { value: { a: [{ numeric: ['>', '3'] }] } } },
    {
      message: 'value.a[0].numeric needs a number after >',
      pattern: { value: { a: [{ numeric: ['>', Number.NaN] }] } },
    },
    { message: 'value.a[0].numeric needs a number after <', pattern: '{"value":{"a":[{"numeric":["<",1e400]}]}}' },
    {
      message: 'value.a[0].numeric has "<" where one of > >= must be',
      pattern: { value: { a: [{ numeric: ['<', 5, '>', 3] }] } },
    },
    {
      message: 'value.a[0].numeric has "=" where one of < <= must be',
      pattern: { value: { a: [{ numeric: ['>', 5, '=', 7] }] } },
    },
    {
      message: 'value.a[0].numeric needs a lower bound that is below',
      pattern: { value: { a: [{ numeric: ['>=', 5, '<=', 5] }] } },
    },
    { message: 'value.$or must be a list of at least two objects', pattern: { value: { $or: { a: [1] } } } },
    { message: 'value.$or must be a list of at least two objects', pattern: { value: { $or: [{ a: [1] }] } } },
    { message: 'value.$or[1] must be an object', pattern: { value: { $or: [{ a: [1] }, 'x'] } } },
    { message: 'value.$or[1] must not be empty', pattern: { value: { $or: [{ a: [1] }, {}] } } },
    { message: 'value.$or[1].prefix is a reserved word', pattern: { value: { $or: [{ a: [1] }, { prefix: ['x'] }] } } },
    { message: '$or[1].key cannot be filtered on', pattern: { $or: [{ value: ['x'] }, { key: ['y'] }] } },
    { message: 'value.f9.$or makes more than 1000 combinations', pattern: { value: combinations(10) } },
  ])('$message', ({ pattern, message }) => {
    expect(() => compileFilterPattern(pattern)).toThrow(message)
    expect(() => compileFilterPattern(pattern)).toThrow(Error)
  })

  test('exactly 4096 characters and nearly 1000 combinations are fine', () => {
    expect(matches({ value: { a: ['x'.repeat(4076)] } }, 'x')).toBe(true)
    expect(matches({ value: combinations(9) }, '{}')).toBe(false)
  })

  test('a pattern is what it becomes when it is deployed as JSON', () => {
    const day = new Date(0)
    expect(fieldMatches([day], day.toISOString())).toBe(true)
    expect(matches({ value: { a: [1], b: undefined } }, '{"a":1}')).toBe(true)
  })
})

describe(`no bytes make it throw (seed ${seed})`, () => {
  const patterns = [
    { value: { a: { b: [300, { prefix: 'x' }] }, 'c.d': [{ exists: false }] } },
    { value: [{ 'anything-but': ['error'] }] },
    { value: { __proto__: [1], $or: [{ toString: ['x'] }, { constructor: [{ exists: true }] }] } },
  ].map(compileFilterPattern)
  const answers = (value: Buffer | null) => patterns.map(pattern => typeof pattern.matches(value))
  const always = ['boolean', 'boolean', 'boolean']

  test('bytes, text and JSON', () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map(array => Buffer.from(array))
    const text = fc.string({ unit: 'binary' }).map(string => Buffer.from(string))
    const value = fc.oneof(
      bytes,
      text,
      fc.json().map(string => Buffer.from(string)),
    )
    fc.assert(
      fc.property(value, buffer => {
        expect(answers(buffer)).toEqual(always)
      }),
      { seed, numRuns: 2000 },
    )
  })

  test.each([100, 5_000, 200_000])('%d arrays or objects inside each other', depth => {
    const deep = (open: string, core: string, close: string) =>
      Buffer.from(`{"a":{"b":${open.repeat(depth)}${core}${close.repeat(depth)}}}`)

    expect(answers(deep('[', '1', ']'))).toEqual(always)
    expect(answers(deep('[', '300.0', ']'))).toEqual(always)
    expect(answers(deep('{"b":', '300.0', '}'))).toEqual(always)
    expect(answers(Buffer.from('['.repeat(depth)))).toEqual(always)
  })
})

/** 2 to the power of `count` alternatives. */
function combinations(count: number) {
  const field = (index: number) => [`f${index}`, { $or: [{ a: [1] }, { b: [2] }] }]
  return Object.fromEntries(Array.from({ length: count }, (_, index) => field(index)))
}
