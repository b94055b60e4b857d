import { expect, test } from '@jest/globals'
import { letterSearchOf, lettersQueryOf } from './letter-search.ts'

test('tab and page stand in the address; what is none is left out', () => {
  expect(letterSearchOf({ letters: 'asideTab', cursor: 'MCAx', lang: 'en' })).toEqual({
    letters: 'asideTab',
    cursor: 'MCAx',
  })
  for (const letters of ['all', 'toString', '', 1]) expect(letterSearchOf({ letters, cursor: '' })).toEqual({})
})

test('each tab asks for its state', () => {
  expect(lettersQueryOf({})).toEqual({ limit: 20 })
  expect(lettersQueryOf({ letters: 'waiting', cursor: 'MCAx' })).toEqual({
    limit: 20,
    state: 'WAITING',
    cursor: 'MCAx',
  })
})
