/** Which language an Accept-Language header asks for. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { SEED, seeded } from '../../test/unit/seed.ts'
import { preferredLanguage } from './language.ts'

describe('preferredLanguage', () => {
  test.each([
    'ko',
    'KO',
    'ko-KR',
    'ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7',
    'en;q=0.8, ko;q=0.9',
    'fr, ko;q=0.5',
    'ko,en',
    'ko;q=0.5,en;q=0.5',
    'en;q=0, ko;q=0.1',
    ' ko ; q=1.0 , en',
    'ko-Kore-KR;q=0.4, de',
  ])('%p asks for Korean', header => {
    expect(preferredLanguage(header)).toBe('ko')
  })

  test.each([
    undefined,
    '',
    'en',
    'en-US,en;q=0.9,ko;q=0.8',
    'ko;q=0',
    'ko;q=0.0',
    'kok',
    'kor',
    'fr',
    '*',
    'ko;q=0.4,en;q=0.5',
    'en,ko',
    ';;;,,,q=',
    'ko;q=banana;q=1..2',
  ])('%p is answered in English', header => {
    expect(preferredLanguage(header)).toBe('en')
  })

  test(`any text is answered in one of the two (seed ${SEED})`, () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), header => {
        expect(['en', 'ko']).toContain(preferredLanguage(header))
      }),
      seeded(),
    )
  })
})
