/** The clock is moved as far as is wanted, and no further, also when an answer is lost. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { moveClockTo } from './passing-days.ts'

let server: Server
let url: string
let offsetMs: number
/** Answers that get lost after the clock has moved. */
let lost: number

beforeEach(async () => {
  ;[offsetMs, lost] = [1_000, 0]
  server = createServer(async (request, response) => {
    const { advance } = JSON.parse(Buffer.concat(await request.toArray()).toString()) as { advance: string }
    const seconds = Number(/^PT(\d+)S$/.exec(advance)?.[1])
    offsetMs += seconds * 1_000
    if (seconds > 0 && lost-- > 0) return response.destroy()
    response.end(JSON.stringify({ now: '2026-11-30T00:00:00.000Z', offsetMs }))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => new Promise(resolve => server.close(resolve)))

test('it goes to the goal, and stays there when it is asked again', async () => {
  expect(await moveClockTo(url, 61_000)).toEqual({ targetMs: 61_000, isThere: true })
  expect(await moveClockTo(url, 61_000)).toEqual({ targetMs: 61_000, isThere: true })
  expect(offsetMs).toBe(61_000)
})

test('an advance whose answer was lost is not made twice', async () => {
  lost = 1
  await expect(moveClockTo(url, 61_000)).rejects.toThrow()
  expect(await moveClockTo(url, 61_000)).toEqual({ targetMs: 61_000, isThere: true })
  expect(offsetMs).toBe(61_000)
})
