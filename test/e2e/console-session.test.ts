/**
 * The deployed console's sign-in in a browser: the built page, an issuer, and the console's routes behind a JWT authorizer, over the system's
 * own database. What a person sees, and what neither an address, nor a foreign page, nor a code that was used gets.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { Browser, BrowserContext, Page, Request } from 'playwright-core'
import { openDatabase, type TestDatabase } from '../support/database.ts'
import { PaymentApi, send } from '../support/http.ts'
import { type IssuerConsole, startIssuerConsole } from '../support/issuer/issuer-console.ts'
import { newOperatorKey } from '../support/operators.ts'
import { authorized, newMerchant } from '../support/payments.ts'
import { systemUnderTest } from '../support/system.ts'
import { inspect } from './console-driver.ts'
import { launchBrowser } from './shop-driver.ts'

jest.setTimeout(90_000)

const { apiUrl, databaseUrl } = systemUnderTest()
const api = new PaymentApi(apiUrl)
const MERCHANT = newMerchant('session')
const OPERATOR = `kim-${Date.now()}`

let browser: Browser
let database: TestDatabase
let deployed: IssuerConsole
let context: BrowserContext
let page: Page
/** All that the browser asked for, the oldest first. */
let requests: Request[]
let paymentId: string

beforeAll(async () => {
  database = openDatabase(databaseUrl)
  ;({ paymentId } = await authorized(api, { merchantId: MERCHANT }))
  await authorized(api, { merchantId: MERCHANT, amount: 2_000 })
  browser = await launchBrowser()
  const accounts = {
    [OPERATOR]: { groups: ['staff', 'operator'] },
    lee: { groups: ['viewer'] },
    guest: { groups: ['staff'] },
  }
  deployed = await startIssuerConsole({ name: 'session', accounts })
})
afterAll(async () => {
  await browser?.close()
  await deployed?.stop()
  await database?.close()
})
beforeEach(async () => {
  deployed.issuer.reset()
  context = await browser.newContext({ locale: 'ko-KR', viewport: { width: 1440, height: 900 } })
  page = await context.newPage()
  requests = []
  page.on('request', request => requests.push(request))
})
afterEach(() => context.close())

const heading = (name: string) => page.getByRole('heading', { name, exact: true })
const button = (name: string) => page.getByRole('button', { name, exact: true })
const rows = () => page.locator('.rows tbody tr')
const closed = (why: string) => page.locator(`[data-closed="${why}"]`)
const listPath = `/console/payments?merchantId=${MERCHANT}&tab=authorized`

/** By the page of the issuer, whose accounts are links. */
async function chooseAccount(name: string): Promise<void> {
  await page.getByRole('link', { name, exact: true }).click()
}

async function signIn(account: string, path = '/console'): Promise<void> {
  await page.goto(deployed.url + path)
  await button('로그인').click()
  await chooseAccount(account)
  await page.locator('.console-operator').getByText(account, { exact: true }).waitFor()
}

const kept = (): Promise<string> => page.evaluate('sessionStorage.getItem("console.tokens") ?? ""')
const presentToken = async (): Promise<string> => JSON.parse(await kept()).sent
const localTexts = (): Promise<string> => page.evaluate('Object.values(localStorage).join()')
const tokenRequests = () => deployed.issuer.linesOf('POST /token')

describe('signing in', () => {
  test('leads to the issuer and back to the same list; code and tokens stand in no address', async () => {
    await page.goto(deployed.url + listPath)
    await closed('signedOut').waitFor()
    expect(deployed.issuer.asked).toEqual([])
    await button('로그인').click()
    await heading('Sign in').waitFor()
    await chooseAccount('lee')
    await rows().first().waitFor()
    expect(await rows().count()).toBe(2)
    expect(page.url()).toBe(deployed.url + listPath)
    await page.locator('.console-operator').getByText('조회자').waitFor()

    const { sent, refresh } = JSON.parse(await kept())
    const addresses = requests.map(request => request.url())
    for (const secret of [sent, refresh]) {
      expect(addresses.filter(address => address.includes(secret))).toEqual([])
      expect(await localTexts()).not.toContain(secret)
    }
    // The code came in one address, which the page asked its own server for, and is in no other.
    const withCode = addresses.filter(address => /[?&]code=/.test(address))
    expect(withCode.map(address => new URL(address).pathname)).toEqual(['/console/signed-in'])
    expect(await page.evaluate('sessionStorage.getItem("console.sign-in")')).toBeNull()
    // The issuer may say where it sends back from. The page says to nobody where it is.
    for (const request of requests) expect((await request.headerValue('referer')) ?? '').not.toContain(deployed.url)
  })

  test('shows the token to this origin’s console routes, and to nobody else', async () => {
    await signIn('lee', listPath)
    await rows().first().waitFor()
    const shownTo: string[] = []
    for (const request of requests)
      if ((await request.headerValue('authorization')) !== null) shownTo.push(request.url())
    expect(shownTo.length).toBeGreaterThan(1)
    for (const address of shownTo) expect(address.startsWith(`${deployed.url}/operator/`)).toBe(true)
  })

  test('outlives a reload, and no other tab', async () => {
    await signIn('lee', listPath)
    await rows().first().waitFor()
    await page.reload()
    await rows().first().waitFor()
    const other = await context.newPage()
    await other.goto(deployed.url + listPath)
    await other.locator('[data-closed="signedOut"]').waitFor()
  })

  test('that was canceled says so', async () => {
    await page.goto(`${deployed.url}/console`)
    await button('로그인').click()
    await chooseAccount('cancel')
    await closed('refused').waitFor()
    expect(tokenRequests()).toEqual([])
  })

  test('of an account without a role says so, and asks for another account', async () => {
    await page.goto(`${deployed.url}/console`)
    await button('로그인').click()
    await chooseAccount('guest')
    await closed('noRole').waitFor()
    expect(await kept()).toBe('null')
    await button('다른 계정으로 로그인').click()
    await chooseAccount('lee')
    await page.locator('.console-operator').getByText('lee', { exact: true }).waitFor()
    expect(deployed.issuer.linesOf('GET /authorize').map(line => line.includes('prompt=login'))).toEqual([false, true])
  })

  test('when the issuer is away says so, and is well when it is back', async () => {
    deployed.issuer.knobs.isAway = true
    await page.goto(`${deployed.url}/console`)
    await button('로그인').click()
    await closed('issuerAway').waitFor()
    deployed.issuer.knobs.isAway = false
    await button('다시 로그인').click()
    await chooseAccount('lee')
    await page.locator('.console-operator').getByText('lee', { exact: true }).waitFor()
  })
})

describe('a token that is over', () => {
  test('is renewed by the next request, once, and nothing is seen of it', async () => {
    await signIn('lee', listPath)
    await rows().first().waitFor()
    const over = await overToken('lee')
    await plant(over)
    const answered = page.waitForResponse(answer => answer.url().includes('/operator/payments?') && answer.ok())
    await button('새로 고침').click()
    await answered
    expect(await presentToken()).not.toBe(over)
    expect(tokenRequests().filter(line => line.includes('grant_type=refresh_token'))).toHaveLength(1)
    expect(page.url()).toBe(deployed.url + listPath)
    expect(await rows().count()).toBe(2)
  })

  test('and cannot be renewed ends the session, and signing in again leads back to the same filters', async () => {
    deployed.issuer.knobs.givesRefreshTokens = false
    await signIn('lee', listPath)
    await rows().first().waitFor()
    await plant(await overToken('lee'))
    await button('새로 고침').click()
    await closed('ended').waitFor()
    expect(await rows().count()).toBe(0)
    expect(await kept()).toBe('null')
    await button('다시 로그인').click()
    await chooseAccount('lee')
    await rows().first().waitFor()
    expect(page.url()).toBe(deployed.url + listPath)
  })

  /** As one that was issued an hour ago. */
  const overToken = (account: string) =>
    deployed.issuer.token({ client_id: deployed.clientId, username: account, 'cognito:groups': ['viewer'] }, -60)

  /** In place of the token that the page has. */
  const plant = (sent: string) =>
    page.evaluate(`sessionStorage.setItem('console.tokens', JSON.stringify({
      ...JSON.parse(sessionStorage.getItem('console.tokens')), sent: ${JSON.stringify(sent)} }))`)
})

describe('what a role may do', () => {
  const voidBody = () => ({ key: newOperatorKey(), reason: 'by hand' })
  const post = (token: string | undefined, body: unknown) =>
    send(deployed.url, {
      method: 'POST',
      path: `/operator/payments/${paymentId}/void`,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      body,
    })

  test('a viewer is told who may write, and the API refuses the same', async () => {
    await signIn('lee', `/console/payments/${paymentId}`)
    await page.getByText('운영자 이상의 역할만 할 수 있습니다.').waitFor()
    const refused = await post(await presentToken(), voidBody())
    expect([refused.status, refused.json.details]).toEqual([403, { reason: 'role', needed: 'operator' }])
    expect((await post(undefined, voidBody())).status).toBe(401)
    const forged = await deployed.issuer.token({ client_id: 'other', username: 'lee', 'cognito:groups': ['approver'] })
    expect((await post(forged, voidBody())).status).toBe(401)
    expect(await database.rows('SELECT action FROM audit_log WHERE subject = ?', [paymentId])).toEqual([])
  })

  test('an operator’s write is done, and the audit log has the name in the token', async () => {
    await signIn(OPERATOR, `/console/payments/${paymentId}`)
    await page.locator('[data-action="void"]').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: '사유' }).fill('고객 요청')
    await dialog.locator('button[type="submit"]').click()
    await page.locator('[data-write="done"]').waitFor()
    await dialog.getByRole('button', { name: '닫기', exact: true }).last().click()
    await page.locator('dialog').waitFor({ state: 'detached' })
    expect((await api.payment(paymentId)).json.status).toBe('VOIDED')
    expect(await database.rows('SELECT actor, action, reason FROM audit_log WHERE subject = ?', [paymentId])).toEqual([
      { actor: OPERATOR, action: 'payment.void-asked', reason: '고객 요청' },
    ])
  })
})

describe('signing out', () => {
  test('forgets the tokens, ends the issuer’s session and comes back signed out', async () => {
    await signIn('lee', listPath)
    await rows().first().waitFor()
    const { refresh } = JSON.parse(await kept())
    await button('로그아웃').click()
    await page.waitForURL(`${deployed.url}/console`)
    await closed('signedOut').waitFor()
    expect(await kept()).toBe('null')
    expect(deployed.issuer.linesOf('POST /revoke')).toEqual([expect.stringContaining(refresh)])
    expect(deployed.issuer.linesOf('GET /end')).toHaveLength(1)
    await page.reload()
    await closed('signedOut').waitFor()
  })
})

describe('nobody gets in', () => {
  test('by a link, which is taken from the address and sent to nobody', async () => {
    const secret = `opl_${'a'.repeat(43)}`
    await page.goto(`${deployed.url}/console#${secret}`)
    await closed('linkNotHere').waitFor()
    expect(page.url()).toBe(`${deployed.url}/console`)
    expect(requests.filter(request => request.url().includes('/operator/'))).toEqual([])
    expect(requests.filter(request => (request.postData() ?? '').includes(secret))).toEqual([])
  })

  test('by a code of somebody else under a forged state, also while signing in is under way', async () => {
    await page.goto(deployed.url + listPath)
    await button('로그인').click()
    await heading('Sign in').waitFor()
    const stolen = await page.getByRole('link', { name: OPERATOR, exact: true }).getAttribute('href')
    const forged = new URL(stolen!)
    forged.searchParams.set('state', 'forged')
    await page.goto(forged.href)
    await closed('notBegunHere').waitFor()
    expect(page.url()).toBe(`${deployed.url}/console`)
    // The attempt is gone, so that its own code is worth nothing any more, either.
    await page.goto(stolen!)
    await closed('notBegunHere').waitFor()
    expect([tokenRequests(), await page.evaluate('sessionStorage.getItem("console.tokens")')]).toEqual([[], null])
  })

  test('by an address that was used: neither again, nor in another browser', async () => {
    await page.goto(`${deployed.url}/console`)
    await button('로그인').click()
    await chooseAccount('lee')
    await page.locator('.console-operator').getByText('lee', { exact: true }).waitFor()
    const used = requests.map(request => request.url()).find(address => address.includes('/console/signed-in?'))!
    await page.goto(used)
    await closed('notBegunHere').waitFor()
    const other = await browser.newContext({ locale: 'en-GB' })
    const thief = await other.newPage()
    await thief.goto(used)
    await thief.getByRole('heading', { name: 'This sign-in cannot be accepted' }).waitFor()
    await other.close()
    expect(tokenRequests()).toHaveLength(1)
  })

  test('a foreign return path leads to the first page of the console', async () => {
    await page.goto(`${deployed.url}/console`)
    await button('로그인').click()
    await heading('Sign in').waitFor()
    const back = await page.getByRole('link', { name: 'lee', exact: true }).getAttribute('href')
    // Whoever could write here could do anything; nothing that is found here leads away all the same.
    await page.goto(`${deployed.url}/orders`)
    await page.evaluate(`sessionStorage.setItem('console.sign-in', JSON.stringify({
      ...JSON.parse(sessionStorage.getItem('console.sign-in')), returnTo: 'https://evil.example/console' }))`)
    await page.goto(back!)
    await page.locator('.console-operator').getByText('lee', { exact: true }).waitFor()
    expect(page.url()).toBe(`${deployed.url}/console`)
  })

  test('the page asks its own server and the issuer, and may ask nobody else', async () => {
    await signIn('lee')
    const ask = (address: string): Promise<string> =>
      page.evaluate(`fetch(${JSON.stringify(address)}, { mode: 'no-cors' }).then(() => 'asked', () => 'refused')`)
    expect(await ask(`${deployed.issuer.url}/jwks`)).toBe('asked')
    expect(await ask(`${deployed.apiUrl}/operator/session`)).toBe('refused')
    const own = [deployed.url, deployed.issuer.url]
    const elsewhere = requests.map(request => request.url()).filter(url => !own.some(origin => url.startsWith(origin)))
    expect(elsewhere.filter(url => !url.startsWith('data:') && !url.startsWith(deployed.apiUrl))).toEqual([])
    // The shop's pages may not ask the issuer.
    await page.goto(`${deployed.url}/orders`)
    expect(await ask(`${deployed.issuer.url}/jwks`)).toBe('refused')
  })
})

describe('its pages: axe finds nothing, nothing scrolls sideways', () => {
  test.each(['ko', 'en'] as const)('%s', async language => {
    // Also before a link, which the same address without it would not load anew.
    const open = async (path: string, why: string) => {
      await page.goto('about:blank')
      await page.goto(`${deployed.url}${path}`)
      await closed(why).waitFor()
    }
    await open('/console', 'signedOut')
    if (language === 'en') await page.getByRole('link', { name: 'English', exact: true }).click()
    await inspect(page, `${language}-session-signed-out`)
    await open(`/console#opl_${'a'.repeat(43)}`, 'linkNotHere')
    await inspect(page, `${language}-session-link`)
    await open('/console/signed-in?code=x&state=y', 'notBegunHere')
    await inspect(page, `${language}-session-forged`)
    await page.getByRole('button').last().click()
    await chooseAccount('guest')
    await closed('noRole').waitFor()
    await inspect(page, `${language}-session-no-role`)
  })
})
