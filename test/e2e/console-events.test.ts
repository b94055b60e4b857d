/** The console's page of events in a browser: what waits, how far consumers are, and a dead letter from its row to its redrive. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { type Admin, Kafka, logLevel, type Producer } from 'kafkajs'
import type { BrowserContext, Page } from 'playwright-core'
import { until } from '../../shared/runtime/until.ts'
import type { TestDatabase } from '../support/database.ts'
import { full } from '../support/in-full.ts'
import { systemUnderTest } from '../support/system.ts'
import { ConsoleDriver, inspect, untilClosed } from './console-driver.ts'
import type { Language } from './shop-driver.ts'

jest.setTimeout(90_000)

const { brokers } = systemUnderTest()
/** Where the records of these letters came from: a topic of their own, so that a redrive meets no consumer of ours. */
const ORIGIN = `events-page-${Date.now()}`
const PAYMENT_ID = `pay_${'0'.repeat(26)}`

let driver: ConsoleDriver
let database: TestDatabase
let admin: Admin
let producer: Producer
let context: BrowserContext
let page: Page
/** Offsets on payment.dlq. */
const letters: number[] = []

beforeAll(async () => {
  driver = await ConsoleDriver.open('events', ['operator', 'viewer'])
  database = driver.database
  const kafka = new Kafka({ clientId: 'system-tests', brokers, logLevel: logLevel.NOTHING })
  admin = kafka.admin()
  producer = kafka.producer()
  await Promise.all([admin.connect(), producer.connect()])
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic: ORIGIN, numPartitions: 2 }] })
})
afterAll(async () => {
  await settleAll()
  await admin?.deleteTopics({ topics: [ORIGIN] })
  await Promise.all([admin?.disconnect(), producer?.disconnect()])
  await driver?.close()
})
beforeEach(async () => {
  context = await driver.newContext()
  page = await context.newPage()
})
afterEach(() => context.close())

/** No dead letter of these tests waits when they are over: `verify` would rightly say so. */
async function settleAll(): Promise<void> {
  for (const offset of letters)
    await note(JSON.stringify({ handled: { partition: 0, offset, state: 'put aside', at: new Date().toISOString() } }))
}

async function note(value: string): Promise<number> {
  const [written] = await producer.send({ topic: 'payment.dlq', messages: [{ key: null, value, partition: 0 }] })
  return Number(written!.baseOffset)
}

const base64 = (bytes: string | Buffer): string => Buffer.from(bytes).toString('base64')

/** A letter that waits, as a row. */
async function bury(given: Record<string, unknown> = {}): Promise<number> {
  const letter = {
    ...{ topic: ORIGIN, partition: 1, offset: 41, error: 'schema: eventId Invalid input: expected string' },
    ...{
      failedAt: new Date().toISOString(),
      key: base64(PAYMENT_ID),
      value: base64('{"amount":12.50,"note":"\u202eevil"}'),
    },
    headers: [['event-type', base64('payment.captured')]],
    ...given,
  }
  const offset = await note(JSON.stringify(letter))
  letters.push(offset)
  await until(
    async () => (await database.count('SELECT COUNT(*) FROM dead_letter WHERE record_offset = ?', [offset])) === 1,
    { what: 'the row of the letter' },
  )
  return offset
}

const stateOf = async (offset: number): Promise<string> => {
  const [row] = await database.rows<{ state: string }>('SELECT state FROM dead_letter WHERE record_offset = ?', [
    offset,
  ])
  return row!.state
}

const signIn = (path: string, { role = 'operator' as 'operator' | 'viewer', language = 'ko' as Language } = {}) =>
  driver.signIn(page, path, language, role)

const heading = (name: string) => page.getByRole('heading', { name, exact: true })
const rowOf = (offset: number) => page.locator(`[data-letter="0/${offset}"]`)
const letterPath = (offset: number) => `/console/events/dead-letters/0/${offset}`
const sentCount = async () =>
  (await admin.fetchTopicOffsets(ORIGIN)).reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0)

describe('the page of events', () => {
  test('is opened from the menu, and tells of outbox and consumers', async () => {
    await signIn('/console/payments')
    await page.getByRole('link', { name: '이벤트', exact: true }).click()
    await heading('이벤트').waitFor()
    await page.locator('[data-shard="3"]').waitFor()
    expect(await page.locator('[data-shard]').count()).toBe(4)
    const group = page.locator('[data-group="record-dead-letters"]')
    await group.waitFor()
    await group.locator('summary').click()
    await group.getByText(/^파티션 0: 커밋 [\d,]+, 끝 [\d,]+, 지연 0$/).waitFor()
  })

  test('lists letters by state, each with its reason in one line, its origin and its payment', async () => {
    const offset = await bury()
    await signIn('/console/events')
    await rowOf(offset).waitFor()
    const text = await rowOf(offset).textContent()
    for (const part of ['대기 중', 'schema: eventId', `${ORIGIN} 1/41`, PAYMENT_ID]) expect(text).toContain(part)
    expect((await rowOf(offset).boundingBox())?.height).toBe(36)
    expect(await rowOf(offset).locator('a', { hasText: PAYMENT_ID }).getAttribute('href')).toContain(
      `/payments/${PAYMENT_ID}`,
    )

    const tabs = page.getByRole('navigation', { name: '상태별' })
    await tabs.getByRole('link', { name: '제외' }).click()
    await rowOf(offset).waitFor({ state: 'detached' })
    expect(page.url()).toContain('letters=asideTab')
    await tabs.getByRole('link', { name: /대기/ }).click()
    await rowOf(offset).waitFor()
  })

  test('says that Kafka did not answer, and what was noted before, in amber', async () => {
    const group = { groupId: 'g', topic: 'payment.captured', lag: 0, partitions: [] }
    const body = JSON.stringify({ live: false, asOf: '2026-11-22T15:30:00.100Z', groups: [group] })
    await page.route('**/operator/consumers', route => route.fulfill({ contentType: 'application/json', body }))
    await signIn('/console/events')
    await page
      .locator('.console-undecided')
      .getByText(/Kafka가 3초 안에 답하지 않았습니다/)
      .waitFor()
    await page.locator('[data-group="g"]').waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
  })

  full('says of a part that could not be loaded its request id, and shows the others', async () => {
    const body = JSON.stringify({ code: 'SERVICE_UNAVAILABLE', message: '', requestId: 'req_1', details: {} })
    const away = { status: 503, contentType: 'application/json', headers: { 'x-request-id': 'req_planted' }, body }
    await page.route('**/operator/dead-letters?**', route => route.fulfill(away))
    await signIn('/console/events')
    const alert = page.getByRole('alert')
    await alert.getByText('데드 레터를 불러오지 못했습니다').waitFor()
    expect(await alert.textContent()).toContain('req_planted')
    await page.locator('[data-shard="0"]').waitFor()
  })
})

describe('a dead letter', () => {
  test('is redriven by keyboard alone: opened, looked at, a reason, sent; then it says who and when', async () => {
    const offset = await bury()
    const before = await sentCount()
    await signIn('/console/events')
    await rowOf(offset).waitFor()
    await rowOf(offset)
      .getByRole('link', { name: `0/${offset}` })
      .focus()
    await page.keyboard.press('Enter')
    await heading(`데드 레터 0/${offset}`).waitFor()

    await page.locator('.letter-bytes summary').focus()
    await page.keyboard.press('Enter')
    await page.getByText('"amount": 12.50').waitFor()
    expect(await page.locator('.bytes').last().textContent()).toContain('\\u{202e}evil')

    await page.getByRole('button', { name: '재투입', exact: true }).focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.getByText(ORIGIN).waitFor()
    await dialog.getByText('파티션 1').waitFor()
    await dialog.getByRole('textbox').focus()
    await page.keyboard.type('스키마를 고침')
    await dialog.getByRole('button', { name: '재투입', exact: true }).focus()
    await page.keyboard.press('Enter')
    await dialog.getByText('재투입됨').waitFor()
    await page.keyboard.press('Escape')
    await untilClosed(page)
    await page.getByText('스키마를 고침').waitFor()
    await page.getByRole('button', { name: '한 번 더 재투입' }).waitFor()
    await page.getByText(driver.operators.nameOf('operator'), { exact: true }).nth(1).waitFor()

    expect([await stateOf(offset), (await sentCount()) - before]).toEqual(['REDRIVEN', 1])
  })

  test('that somebody else has handled meanwhile is left as it is, and that is said', async () => {
    const offset = await bury()
    await signIn(letterPath(offset))
    await page.getByRole('button', { name: '제외', exact: true }).click()
    await note(
      JSON.stringify({ handled: { partition: 0, offset, state: 'redriven', at: new Date().toISOString(), by: 'kim' } }),
    )
    await until(async () => (await stateOf(offset)) === 'REDRIVEN', { what: 'the note of somebody else' })
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox').fill('시험')
    await dialog.getByRole('button', { name: '제외', exact: true }).click()
    await dialog.getByText('그사이 다른 사람이 처리했습니다.', { exact: false }).waitFor()
    expect(await stateOf(offset)).toBe('REDRIVEN')
  })

  test('is a viewer’s to look at', async () => {
    const offset = await bury()
    await signIn(letterPath(offset), { role: 'viewer' })
    await page.getByText('재투입과 제외는 운영자가 할 수 있습니다.').waitFor()
    expect(await page.getByRole('button', { name: '재투입' }).count()).toBe(0)
  })

  full('that there is not is said', async () => {
    await signIn(letterPath(999_999_999))
    await page.getByText('이 번호의 데드 레터가 없습니다').waitFor()
  })
})

describe('every page: axe finds nothing, nothing scrolls sideways', () => {
  test.each(['ko', 'en'] as const)('%s', async language => {
    const hex = await bury({
      key: null,
      value: base64(Buffer.from([0xff, 0xfe, 0x00, 0x7b])),
      error: `not JSON: ${'x'.repeat(300)}`,
    })
    await bury()
    await signIn('/console/events', { language })
    await rowOf(hex).waitFor()
    await page.locator('[data-group="record-dead-letters"] summary').click()
    await inspect(page, `${language}-events`)
    if (language === 'en') expect((await page.locator('main').textContent())?.match(/[가-힣]+/g) ?? []).toEqual([])

    await rowOf(hex)
      .getByRole('link', { name: `0/${hex}` })
      .click()
    await page.locator('.letter-bytes summary').click()
    await page.getByText('000000  ff fe 00 7b').waitFor()
    await inspect(page, `${language}-letter`)
    await page.locator('.letter-actions .button-main').click()
    await page.getByRole('dialog').waitFor()
    await inspect(page, `${language}-letter-dialog`)
    if (language === 'en') expect((await page.locator('main').textContent())?.match(/[가-힣]+/g) ?? []).toEqual([])
  })
})
