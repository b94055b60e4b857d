import { describe, expect, test } from '@jest/globals'
import { actionOf, isTypedInto, type Pressed, parseSingleKeys, rowAfter } from './shortcuts.ts'

const press = (given: Partial<Pressed>): Pressed => ({
  ...{ key: '', code: '', ctrlKey: false, metaKey: false, altKey: false, isComposing: false },
  ...given,
})

describe('a key', () => {
  test.each([
    ['j', 'next'],
    ['k', 'previous'],
    ['ㅓ', 'next'],
    ['ㅏ', 'previous'],
    ['/', 'find'],
    ['?', 'help'],
    ['Escape', 'close'],
    ['x', undefined],
    ['Enter', undefined],
  ])('%s does %s', (key, action) => {
    expect(actionOf(press({ key }), false, true)).toBe(action)
  })

  test('does nothing while somebody types, but for the search', () => {
    for (const key of ['j', 'k', '/', '?', 'Escape']) expect(actionOf(press({ key }), true, true)).toBeUndefined()
    expect(actionOf(press({ key: 'k', ctrlKey: true }), true, true)).toBe('search')
  })

  test('of one character can be switched off; the others stay', () => {
    for (const key of ['j', 'k', '/', '?']) expect(actionOf(press({ key }), false, false)).toBeUndefined()
    expect(actionOf(press({ key: 'Escape' }), false, false)).toBe('close')
    expect(actionOf(press({ key: 'K', metaKey: true }), false, false)).toBe('search')
  })

  test('with another one is the browser’s', () => {
    for (const held of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }])
      expect(actionOf(press({ key: 'j', ...held }), false, true)).toBeUndefined()
    expect(actionOf(press({ key: 'k', ctrlKey: true, altKey: true }), false, true)).toBeUndefined()
  })

  test('of a Korean keyboard counts by its place, and not while a syllable is made', () => {
    expect(actionOf(press({ key: 'Process', code: 'KeyJ' }), false, true)).toBe('next')
    expect(actionOf(press({ key: 'Process', code: 'KeyK', ctrlKey: true }), false, true)).toBe('search')
    expect(actionOf(press({ key: 'Process', code: 'KeyQ' }), false, true)).toBeUndefined()
    expect(actionOf(press({ key: 'ㅏ', ctrlKey: true }), false, true)).toBe('search')
    expect(actionOf(press({ key: 'j', isComposing: true }), false, true)).toBeUndefined()
  })
})

describe('a field', () => {
  const field = (tag: string, type?: string) => ({
    type,
    matches: (selector: string) => selector.split(', ').includes(tag),
  })

  test('is typed into or not', () => {
    for (const typed of [field('input', 'text'), field('input', 'date'), field('textarea'), field('select')])
      expect(isTypedInto(typed)).toBe(true)
    for (const other of [field('input', 'checkbox'), field('input', 'submit'), field('button', 'submit'), field('a')])
      expect(isTypedInto(other)).toBe(false)
  })
})

describe('the next row', () => {
  test.each([
    [0, -1, 1, undefined],
    [3, -1, 1, 0],
    [3, -1, -1, 0],
    [3, 0, 1, 1],
    [3, 2, 1, 2],
    [3, 0, -1, 0],
  ] as const)('of %d rows from %d by %d is %s', (rowCount, current, step, next) => {
    expect(rowAfter(rowCount, current, step)).toBe(next)
  })
})

test('keys of one character are on until somebody switches them off', () => {
  expect([null, 'true', 'false', 'nonsense'].map(parseSingleKeys)).toEqual([true, true, false, true])
})
