import { describe, expect, test } from '@jest/globals'
import { consoleOnlyCodes, type ErrorCode, errorCodes } from '../../../shared/contracts/errors.ts'
import { entryTypes, eventTypes, paymentStatuses } from '../../../shared/contracts/lists.ts'
import { cardTokens, phoneIds, phones } from '../catalog/catalog.ts'
import { en } from './en.ts'
import { ko } from './ko.ts'
import { chosenLanguage, createI18n, keepLanguage, languageOf, withLanguage, withoutLanguage } from './language.ts'

interface Tree {
  [key: string]: string | Tree
}

const leavesOf = (tree: Tree, path = ''): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${path}${key}`, value] as [string, string]] : leavesOf(value, `${path}${key}.`),
  )
const variablesOf = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(match => match[1]).sort()

const korean = new Map(leavesOf(ko))
const english = new Map(leavesOf(en))
const both = [
  ['ko', korean],
  ['en', english],
] as const

const shopCodes = errorCodes.filter(code => !(consoleOnlyCodes as readonly ErrorCode[]).includes(code))

describe('texts', () => {
  test('both languages have the same keys, none empty, with the same variables', () => {
    expect([...english.keys()].sort()).toEqual([...korean.keys()].sort())
    for (const [, texts] of both) for (const [key, text] of texts) expect([key, text.trim()]).not.toEqual([key, ''])
    for (const [key, text] of korean)
      expect([key, variablesOf(english.get(key) ?? '')]).toEqual([key, variablesOf(text)])
  })

  test('no Korean is left in the English', () => {
    for (const [key, text] of english) expect([key, /[가-힣]/.test(text)]).toEqual([key, false])
  })

  test.each(both)('%s: everything that the API can name has words', (_language, texts) => {
    const needed = [
      ...shopCodes.flatMap(code => [`errors.${code}.title`, `errors.${code}.body`]),
      ...paymentStatuses.map(status => `statuses.${status}`),
      ...eventTypes.map(type => `events.names.${type.replace('.', '-')}`),
      ...entryTypes.flatMap(type => [`ledger.types.${type}`, `ledger.words.${type}`]),
      ...cardTokens.flatMap(card => [`cards.${card}.name`, `cards.${card}.hint`]),
      ...phoneIds.flatMap(id => phones[id].finishes.map(finish => `phones.${id}.finishes.${finish.id}`)),
    ]
    expect(needed.filter(key => !texts.has(key))).toEqual([])
  })
})

describe('language', () => {
  test.each([
    ['', null, ['ko-KR', 'en-US'], 'ko'],
    ['', null, ['en-US', 'ko'], 'en'],
    ['', null, ['fr-FR', 'ko'], 'ko'],
    ['', null, ['fr-FR'], 'en'],
    ['', null, [], 'en'],
    ['', 'en', ['ko-KR'], 'en'],
    ['', 'fr', ['ko-KR'], 'ko'],
    ['?x=1&lang=ko', 'en', ['en-US'], 'ko'],
    ['?lang=fr', null, ['ko-KR'], 'ko'],
  ])('address %p, chosen %p, browser %p: %s', (search, chosen, preferred, language) => {
    expect(languageOf({ search, chosen, preferred })).toBe(language)
  })

  test('a choice is kept, and a storage that cannot keep it does no harm', () => {
    const entries = new Map<string, string>()
    keepLanguage({ setItem: (name, text) => void entries.set(name, text) }, 'en')
    expect(chosenLanguage({ getItem: name => entries.get(name) ?? null })).toBe('en')
    keepLanguage(undefined, 'en')
    expect(chosenLanguage(undefined)).toBeNull()
  })

  test('a switch changes nothing else in the address', () => {
    expect(withLanguage('http://127.0.0.1:5173/?x=1&lang=ko#main', 'en')).toBe(
      'http://127.0.0.1:5173/?x=1&lang=en#main',
    )
    expect(withoutLanguage('http://127.0.0.1:5173/orders?x=1&lang=ko')).toBe('http://127.0.0.1:5173/orders?x=1')
  })

  test('i18next speaks both', async () => {
    const i18n = createI18n('ko')
    expect(i18n.t('choose.pay')).toBe('선택 상품 결제하기')
    await i18n.changeLanguage('en')
    expect(i18n.t('order.refundAll', { total: '₩1,550,000' })).toBe('Refund all of ₩1,550,000')
  })
})
