/** Every invariant that `npm run verify` judges by has a sentence in Korean, too, for the console. */
import { describe, expect, test } from '@jest/globals'
import { everyInvariant } from '../../shared/invariants/catalogue.ts'
import { invariantGroupsKo, invariantSentencesKo } from '../../web/src/console/i18n/invariant-sentences-ko.ts'

describe('the invariants in Korean', () => {
  test('are those that are judged, and so are their groups', () => {
    expect(Object.keys(invariantSentencesKo).sort()).toEqual(everyInvariant.map(({ name }) => name).sort())
    expect(Object.keys(invariantGroupsKo)).toEqual([...new Set(everyInvariant.map(({ group }) => group))])
  })

  test('are sentences of their own, in Korean, that name the same accounts and columns', () => {
    const sentences = Object.values(invariantSentencesKo)
    expect(new Set(sentences).size).toBe(sentences.length)
    const namedIn = (sentence: string) => [...new Set(sentence.match(/\b[a-z]+(?:_[a-z]+)+\b/g))].sort()
    for (const { name, sentence } of everyInvariant) {
      const korean = invariantSentencesKo[name]!
      expect([name, /[가-힣].*[.)]$/.test(korean)]).toEqual([name, true])
      expect([name, namedIn(korean)]).toEqual([name, namedIn(sentence)])
    }
  })
})
