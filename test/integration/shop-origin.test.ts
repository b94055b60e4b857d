/** What `npm start` serves as the shop: what Vite has built, and the API behind the same origin. */
import { expect, test } from '@jest/globals'
import { connectControl } from '../../scripts/local/control.ts'
import { until } from '../../shared/runtime/until.ts'
import { API_PATHS } from '../../web/server/api-paths.ts'
import { addresses } from '../e2e/shop-driver.ts'
import { type Sent, send } from '../support/http.ts'

const { shopUrl, apiUrl } = await addresses()
const get = (path: string, headers?: Sent['headers']) => send(shopUrl, { path, headers })

test('the page is the built one: it names one script, which is packed and kept for good', async () => {
  const page = await get('/')
  expect(page.text).not.toContain('/src/')
  const [script = '', ...others] = page.text.match(/\/assets\/[^"]+\.js/g) ?? []
  expect(others).toEqual([])
  const plain = await get(script)
  const packed = await get(script, { 'accept-encoding': 'gzip' })
  expect(packed.headers).toMatchObject({
    'content-encoding': 'gzip',
    'cache-control': expect.stringContaining('immutable'),
  })
  expect(packed.bytes.length).toBeLessThan(plain.bytes.length / 2)
})

test("the API's paths are the API's own answers, and refused under a foreign name", async () => {
  for (const path of ['/payments/pay_00000000000000000000000000', '/health/live', '/openapi.json']) {
    // The API is sent the browser's own Host, which its description repeats.
    const { host } = new URL(shopUrl)
    const [through, direct] = [await get(path), await send(apiUrl, { path, headers: { host } })]
    expect({ path, status: through.status }).toEqual({ path, status: direct.status })
    expect({ ...through.json, requestId: '' }).toEqual({ ...direct.json, requestId: '' })
    expect(through.headers['content-security-policy']).toBe(direct.headers['content-security-policy'])
  }
  for (const path of ['/', ...API_PATHS]) expect((await get(path, { host: 'evil.example' })).status).toBe(403)
})

test('it comes back when its process is killed', async () => {
  const control = connectControl()
  const restarts = async () => (await control.status()).processes.find(({ name }) => name === 'web')?.restarts ?? 0
  const before = await restarts()
  await control.kill('web')
  await until(async () => (await restarts()) > before && (await get('/').catch(() => undefined))?.status === 200, {
    what: 'the shop after its end',
  })
})
