/** Reading the acquirer's journal over HTTP: page by page, and what is said where there is none. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import type { JournalEntry } from '../../../shared/contracts/acquirer.ts'
import { journalAt, readJournal } from './acquirer-journal.ts'

const AT = '2026-01-02T03:04:05.000Z'

const entryOf = (sequence: number): JournalEntry => ({
  type: 'decision',
  sequence,
  operationId: `op_${String(sequence).padStart(26, '0')}`,
  order: {
    kind: 'authorize',
    amount: 1,
    currency: 'KRW',
    method: 'tok_approve',
    authorizationId: null,
    finalCapture: null,
  },
  state: 'APPROVED',
  reason: null,
  decidedAt: AT,
  recordedAt: AT,
})

let server: Server | undefined
afterEach(() => void server?.close())

/** Serves two entries a page, or nothing but this status. */
async function serve(entries: JournalEntry[], status = 200): Promise<string> {
  server = createServer((request, response) => {
    const after = Number(new URL(request.url!, 'http://acquirer').searchParams.get('after'))
    const rest = entries.filter(({ sequence }) => sequence > after)
    const page = { entries: rest.slice(0, 2), next: rest.length > 2 ? rest[1]!.sequence : null }
    response.writeHead(status, { connection: 'close' }).end(JSON.stringify(page))
  })
  await new Promise<void>(resolve => server!.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('readJournal', () => {
  test('reads every page, and later what was written since', async () => {
    const entries = [1, 2, 3, 4, 5].map(entryOf)
    const reading = await readJournal(await serve(entries))
    if (!('rest' in reading)) throw new Error(reading.whyNot)
    entries.push(entryOf(6), entryOf(7), entryOf(8))
    const facts = await reading.rest()
    expect(facts.decisions).toBe(8)
    // The last three are newer than the database.
    expect([...facts.unmet()].map(({ operationId }) => Number(operationId.slice(3)))).toEqual([1, 2, 3, 4, 5])
  })

  test('says why there is none', async () => {
    expect(await readJournal(null)).toEqual({ whyNot: expect.stringContaining('ACQUIRER_URL') })
    expect(await readJournal('in-process:')).toEqual({ whyNot: expect.stringContaining('in-process:') })
    expect(await readJournal(await serve([], 404))).toEqual({ whyNot: expect.stringContaining('404') })
  })

  test('throws with the address when it does not answer, or answers something else', async () => {
    await expect(readJournal('http://user:secret@127.0.0.1:9/v1/')).rejects.toThrow(
      /^the acquirer does not answer at http:\/\/127\.0\.0\.1:9\/v1 \(/,
    )
    await expect(journalAt(await serve([], 503)).read(0, () => {})).rejects.toThrow(/answers 503 for its journal$/)
  })
})
