/** What JSON.parse loses is found, wherever it stands, and nothing else is. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { SEED, seeded } from '../../test/unit/seed.ts'
import { fieldTexts, problemTexts } from '../contracts/problem-texts.ts'
import { lossesIn } from './json-losses.ts'

const { repeated } = fieldTexts
const { inexact, notWellFormed } = problemTexts
const lossAt = (path: string, message: object) => [{ path, message }]

describe('what was written by JSON.stringify', () => {
  test(`loses nothing (seed ${SEED})`, () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.constantFrom(undefined, 2), (value, space) => {
        const text = JSON.stringify(value, null, space)
        expect(lossesIn(text)).toEqual([])
      }),
      seeded(300),
    )
  })

  test(`with a member of any object written again, is refused for that one (seed ${SEED})`, () => {
    const name = fc.string({ unit: 'grapheme', maxLength: 5 })
    fc.assert(
      fc.property(
        fc.dictionary(name, fc.jsonValue({ stringUnit: 'grapheme' }), { minKeys: 1 }),
        fc.nat(),
        (object, at) => {
          const names = Object.keys(object)
          const chosen = names[at % names.length]!
          const text = `${JSON.stringify([object]).slice(0, -2)},${JSON.stringify(chosen)}:null}]`
          const path = `/0/${chosen.replaceAll('~', '~0').replaceAll('/', '~1')}`
          expect(lossesIn(text)).toEqual(lossAt(path, repeated))
        },
      ),
      seeded(200),
    )
  })
})

describe('a number', () => {
  test.each([
    '0.99999999999999999999',
    '999999999999.00001',
    '9007199254740993',
    '-9007199254740993',
    '1e400',
    '-1e400',
    '1e-400',
    '0.1000000000000000055511151231257827',
    '1e999999999999',
  ])('%s cannot be kept', number => {
    expect(lossesIn(number)).toEqual(lossAt('', inexact))
    expect(lossesIn(`{"a":[0,${number}]}`)).toEqual(lossAt('/a/1', inexact))
  })

  test.each([
    '0',
    '-0',
    '0.0',
    '0e999999999',
    '1',
    '1.0',
    '1e3',
    '1E+3',
    '1000e-3',
    '0.1',
    '1.50',
    '999999999999',
    '9007199254740992',
    '1e23',
    '5e-324',
    '1.7976931348623157e308',
  ])('%s can', number => {
    expect(lossesIn(number)).toEqual([])
  })

  test('inside a text is none', () => {
    expect(lossesIn('{"1e400":"1e400 0.99999999999999999999"}')).toEqual([])
  })
})

describe('a repeated member', () => {
  test('is one by what its name says, not by how it is written', () => {
    expect(lossesIn('{"a":1,"\\u0061":1}')).toEqual(lossAt('/a', repeated))
    expect(lossesIn('{"":1,"":1}')).toEqual(lossAt('/', repeated))
    expect(lossesIn('{"__proto__":1,"__proto__":1}')).toEqual(lossAt('/__proto__', repeated))
  })

  test('of another object is none, nor is a value', () => {
    expect(lossesIn('[{"a":{"a":"a"},"b":["a","a"]},{"a":1}]')).toEqual([])
  })

  test('is found after braces and quotes in texts', () => {
    expect(lossesIn('{"x":"}\\",{\\"a\\":1","a":1,"a":2}')).toEqual(lossAt('/a', repeated))
  })
})

describe('half a character', () => {
  test.each(['"\\ud800"', '"\\udc00\\ud800"', '"a\\uDBFFb"'])('%s is found as value and as name', text => {
    expect(lossesIn(text)).toEqual(lossAt('', notWellFormed))
    expect(lossesIn(`{${text}:1}`)).toMatchObject([{ message: notWellFormed }])
  })

  test.each(['"\\ud83d\\ude00"', '"\\\\ud800"', '"😀"'])('%s is whole', text => {
    expect(lossesIn(text)).toEqual([])
  })
})

test('no more than twenty are told', () => {
  expect(lossesIn(`[${'1e400,'.repeat(2_000)}1]`)).toHaveLength(20)
  expect(lossesIn(`${'['.repeat(8_000)}${']'.repeat(8_000)}`)).toEqual([])
})

test('sixteen thousand zeros inside a number are read in time that grows with their number only', () => {
  const zeros = '0'.repeat(16_000)
  const tried = [`1.${zeros}1`, `1${zeros}.${zeros}1`, `0.${zeros}`]
  expect(tried.map(number => lossesIn(`{"amount":${number}}`).length)).toEqual([1, 1, 0])
})
