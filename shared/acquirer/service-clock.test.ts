/** Telling the acquirer or the bank how far its clock is ahead, over real HTTP. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import { acquirerClock } from '../contracts/acquirer.ts'
import { bankClock } from '../contracts/bank.ts'
import { DependencyUnavailableError } from '../payments/ports.ts'
import { ServiceClock } from './service-clock.ts'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

/** Answers this status; undefined: never. */
async function serviceThat(status: number | undefined) {
  const asked: unknown[] = []
  server = createServer(async (request, response) => {
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString('utf8'))
    asked.push([request.method, request.url, acquirerClock.parse(bankClock.parse(body))])
    if (status !== undefined) response.writeHead(status).end('{}')
  })
  await new Promise<void>(listening => server!.listen(0, '127.0.0.1', listening))
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

describe('ServiceClock', () => {
  test.each([
    { what: 'when it says so', path: '', status: 200 },
    { what: 'when it is further ahead already', path: '/v1/', status: 409 },
  ])('is moved $what', async ({ path, status }) => {
    const { asked, url } = await serviceThat(status)

    await new ServiceClock('the bank', url + path).advanceTo(691_200_000)

    expect(asked).toEqual([['PUT', `${path.replace(/\/$/, '')}/clock`, { offsetMs: 691_200_000 }]])
  })

  test.each([500, 503, 400, 404, undefined])('is not moved by a service that answers %s', async status => {
    const { url } = await serviceThat(status)

    await expect(new ServiceClock('the bank', url).advanceTo(1)).rejects.toThrow(DependencyUnavailableError)
  })

  test('is not moved by one that is away', async () => {
    await expect(new ServiceClock('the bank', 'http://127.0.0.1:1').advanceTo(1)).rejects.toThrow(
      DependencyUnavailableError,
    )
  })
})
