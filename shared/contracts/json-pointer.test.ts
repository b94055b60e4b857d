/** JSON pointers as RFC 6901 writes them. */
import { describe, expect, test } from '@jest/globals'
import { jsonPointer } from './json-pointer.ts'

describe('jsonPointer', () => {
  test.each<{ path: PropertyKey[]; pointer: string }>([
    { path: [], pointer: '' },
    { path: ['amount'], pointer: '/amount' },
    { path: ['items', 0, 'name'], pointer: '/items/0/name' },
    { path: ['a/b'], pointer: '/a~1b' },
    { path: ['m~n'], pointer: '/m~0n' },
    { path: ['~1'], pointer: '/~01' },
    { path: [''], pointer: '/' },
    { path: [' '], pointer: '/ ' },
  ])('$path is $pointer', ({ path, pointer }) => {
    expect(jsonPointer(path)).toBe(pointer)
  })
})
