import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import { nodeFix } from './node-children.ts'
import { probeApi } from './probes.ts'

let server: Server | undefined
afterEach(() => void server?.close())

/** An API whose every answer is a 200 with this body. */
async function apiThatAnswers(body: object): Promise<string> {
  const listening = createServer((_, response) => response.end(JSON.stringify(body)))
  server = listening
  await new Promise<void>(resolve => listening.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`
}

test('an API whose handlers cannot be loaded is not ready, although it answers 200', async () => {
  const apiUrl = await apiThatAnswers({ errorMessage: "Cannot find package '@middy/core'", errorType: 'Error' })
  await expect(probeApi(apiUrl)).rejects.toThrow("Cannot find package '@middy/core'")
})

test('an API that says that it lives is ready', async () => {
  await probeApi(await apiThatAnswers({ status: 'ok' }))
})

test('what cannot be loaded is installed again; no advice deletes data', () => {
  expect(nodeFix(["Cannot find module '/home/a/pay/node_modules/.bin/serverless'"])).toBe(
    'the package serverless is missing or damaged: `npm ci` installs the packages again',
  )
  expect(nodeFix(['Error: listen EADDRINUSE'])).not.toContain('reset')
})
