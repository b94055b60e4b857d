/** The contract of `Answers` and `AnswerKeeper`: a key is claimed once, and its first answer stays, to the byte, until it is pruned. */
import { describe, expect, test } from '@jest/globals'
import { DuplicateKeyError } from '../../shared/payments/ports.ts'
import { answerOf, NOW_MS } from '../support/rows.ts'
import type { OpenPorts, PortsUnderTest } from './ports-under-test.ts'

export function describeAnswers(name: string, open: OpenPorts): void {
  describe(`answers of ${name}`, () => {
    testClaims(open)
    testStoredAnswers(open)
    testMoves(open)
    testPruning(open)
  })
}

const claim = { fingerprint: 'v1:f', canonicalRequest: `{"of":"it's \\\\ ? ; 한국"}`, operationId: 'op_1' }

const openKey = ({ transactions, answers }: PortsUnderTest, key: string, given: { merchantId?: string } = {}) =>
  transactions.run(key, tx => answers.open(tx, { ...claim, merchantId: 'shop', key, nowMs: NOW_MS, ...given }))

const finish = ({ transactions, answers }: PortsUnderTest, key: string, text: string, nowMs = NOW_MS) =>
  transactions.run(key, tx => answers.finish(tx, { merchantId: 'shop', key, answer: answerOf(text), nowMs }))

function testClaims(open: OpenPorts): void {
  test('a merchant claims a key once; keys and merchants that differ in case are others', async () => {
    const ports = await open()
    await openKey(ports, 'key')
    await openKey(ports, 'KEY')
    await openKey(ports, 'key', { merchantId: 'Shop' })

    await expect(openKey(ports, 'key')).rejects.toBeInstanceOf(DuplicateKeyError)
    expect(await ports.answers.find('SHOP', 'key')).toBeUndefined()
    expect(await ports.answers.find('shop', 'Key')).toBeUndefined()
  })

  test('a claim is found when it is committed, as it was made and without an answer', async () => {
    const ports = await open()
    await ports.separate.run('claims', async tx => {
      await ports.answers.open(tx, { ...claim, merchantId: 'shop', key: 'key', operationId: null, nowMs: NOW_MS })
      await ports.operations.summary(tx, 'nobody')
      expect(await ports.answers.find('shop', 'key')).toBeUndefined()
    })

    expect(await ports.answers.find('shop', 'key')).toEqual({ ...claim, operationId: null, finished: undefined })
  })
}

function testStoredAnswers(open: OpenPorts): void {
  test('an answer is given back to the byte, with the millisecond in which it was finished', async () => {
    const ports = await open()
    const text = `{"message":"it's \\n ? ; -- 결제 완료 🙂"}`
    await openKey(ports, 'key')
    await openKey(ports, 'other')
    await finish(ports, 'key', text, NOW_MS + 1)

    expect(await ports.answers.find('shop', 'key')).toEqual({
      ...claim,
      finished: { answer: answerOf(text), finishedAtMs: NOW_MS + 1 },
    })
    expect(await ports.answers.find('shop', 'other')).toEqual({ ...claim, finished: undefined })
  })

  test('the first answer stays; one for a key that nobody claimed is lost', async () => {
    const ports = await open()
    await openKey(ports, 'key')
    await finish(ports, 'key', 'first')
    await finish(ports, 'key', 'second', NOW_MS + 1)
    await finish(ports, 'unclaimed', 'lost')

    expect(await ports.answers.find('shop', 'key')).toMatchObject({
      finished: { answer: answerOf('first'), finishedAtMs: NOW_MS },
    })
    expect(await ports.answers.find('shop', 'unclaimed')).toBeUndefined()
  })

  test('an answer can be stored by the transaction that claims', async () => {
    const ports = await open()
    await ports.transactions.run('key', async tx => {
      await ports.answers.open(tx, { ...claim, merchantId: 'shop', key: 'key', nowMs: NOW_MS })
      await ports.answers.finish(tx, { merchantId: 'shop', key: 'key', answer: answerOf('refused'), nowMs: NOW_MS })
    })
    expect(await ports.answers.find('shop', 'key')).toMatchObject({ finished: { answer: answerOf('refused') } })
  })
}

function testMoves(open: OpenPorts): void {
  test('a claim that moved to another operation is asked about that one, and answered once', async () => {
    const ports = await open()
    for (const key of ['key', 'KEY']) await openKey(ports, key)
    await openKey(ports, 'key', { merchantId: 'Shop' })
    await ports.transactions.run('key', tx =>
      ports.answers.moveTo(tx, { merchantId: 'shop', key: 'key', operationId: 'op_2' }),
    )

    expect(await ports.answers.find('shop', 'key')).toEqual({ ...claim, operationId: 'op_2', finished: undefined })
    for (const [merchantId, key] of [
      ['shop', 'KEY'],
      ['Shop', 'key'],
    ] as const)
      expect(await ports.answers.find(merchantId, key)).toMatchObject({ operationId: 'op_1' })
    await finish(ports, 'key', 'of the second')
    expect(await ports.answers.find('shop', 'key')).toMatchObject({ finished: { answer: answerOf('of the second') } })
  })

  test('a move that is rolled back has not happened; one of a key that nobody claimed does nothing', async () => {
    const ports = await open()
    await openKey(ports, 'key')
    const failing = ports.transactions.run('key', async tx => {
      await ports.answers.moveTo(tx, { merchantId: 'shop', key: 'key', operationId: 'op_2' })
      throw new Error('of the work')
    })
    await expect(failing).rejects.toThrow('of the work')
    await ports.transactions.run('other', tx =>
      ports.answers.moveTo(tx, { merchantId: 'shop', key: 'unclaimed', operationId: 'op_2' }),
    )

    expect(await ports.answers.find('shop', 'key')).toMatchObject({ operationId: 'op_1' })
    expect(await ports.answers.find('shop', 'unclaimed')).toBeUndefined()
  })
}

function testPruning(open: OpenPorts): void {
  test('those that were finished up to a time are pruned, the oldest first, as many as asked for', async () => {
    const ports = await open()
    const keys = ['third', 'first', 'second', 'just now', 'pending']
    for (const key of keys) await openKey(ports, key)
    for (const [key, ageMs] of [
      ['third', 1],
      ['first', 3],
      ['second', 2],
      ['just now', 0],
    ] as const)
      await finish(ports, key, key, NOW_MS - ageMs)
    const left = async () => {
      const found = await Promise.all(keys.map(key => ports.answers.find('shop', key)))
      return keys.filter((_, index) => found[index] !== undefined)
    }

    expect(await ports.answers.prune(NOW_MS - 1, 2)).toBe(2)
    expect(await left()).toEqual(['third', 'just now', 'pending'])
    expect(await ports.answers.prune(NOW_MS - 1, 2)).toBe(1)
    expect(await ports.answers.prune(NOW_MS - 1, 2)).toBe(0)
    expect(await left()).toEqual(['just now', 'pending'])
    await openKey(ports, 'first')
  })
}
