/** The real process, killed under load and on a disk that takes no more: what it answered is what its journal says. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import {
  type AcquirerDecision,
  type AcquirerOrderBody,
  type JournalEntry,
  journalPage,
} from '../../shared/contracts/acquirer.ts'
import { until } from '../../shared/runtime/until.ts'
import { endProcess, startProcess } from '../../test/support/sandbox-process.ts'
import { authorizeOrder, captureOrder, laterOrder, opOf } from './sample-orders.ts'

jest.setTimeout(120_000)

const CLIENTS = 32
const LIVES = 3
/** Answers in one life before it is killed, in the middle of the rest. */
const ANSWERS_A_LIFE = 400

let folder: string
let child: ChildProcess | undefined
let url: string
let agent: Agent

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'acquirer-'))
  agent = new Agent({ keepAlive: true })
})
afterEach(async () => {
  agent.destroy()
  if (child) await end('SIGKILL')
  rmSync(folder, { recursive: true })
})

/** Through a shell that may set limits first. */
async function start(limits = ':'): Promise<void> {
  const program = join(import.meta.dirname, 'main.ts')
  const shell = ['sh', '-c', `${limits}; exec "$0" "$1"`, process.execPath, program] as const
  ;({ child, url } = await startProcess('acquirer', [...shell], { ACQUIRER_DATA: folder }))
}

async function end(signal: NodeJS.Signals): Promise<number | null> {
  const code = await endProcess(child!, signal)
  child = undefined
  return code
}

interface Reply {
  status: number
  text: string
}

function ask(method: string, path: string, body?: unknown): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const call = request(`${url}${path}`, { method, agent }, async response => {
      try {
        resolve({ status: response.statusCode!, text: (await response.setEncoding('utf8').toArray()).join('') })
      } catch (error) {
        reject(error)
      }
    })
    call.once('error', reject).end(body === undefined ? undefined : JSON.stringify(body))
  })
}

const put = (id: string, order: AcquirerOrderBody) => ask('PUT', `/operations/${id}`, order)

async function journal(): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = []
  for (let after: number | null = 0; after !== null; ) {
    const page: ReturnType<typeof journalPage.parse> = journalPage.parse(
      JSON.parse((await ask('GET', `/journal?after=${after}`)).text),
    )
    entries.push(...page.entries)
    after = page.next
  }
  return entries
}

/** What callers were told, and what they had asked for. */
class Caller {
  readonly asked = new Map<string, AcquirerOrderBody>()
  readonly answers = new Map<string, Set<string>>()
  #next = 1

  /** A hold with two captures of which only one fits, and a refund; over when the acquirer is gone. */
  async purchase(answered: () => void): Promise<void> {
    const hold = opOf(this.#next)
    const orders = [
      authorizeOrder(),
      captureOrder(hold, { amount: 6_000, finalCapture: false }),
      captureOrder(hold, { amount: 6_000, finalCapture: false }),
      laterOrder('refund', hold, { amount: 3_000 }),
    ]
    const ids = orders.map((_, index) => opOf(this.#next + index))
    this.#next += orders.length
    for (const [index, order] of orders.entries()) {
      this.asked.set(ids[index]!, order)
      await this.send(ids[index]!)
      answered()
    }
  }

  async send(id: string): Promise<void> {
    const { status, text } = await put(id, this.asked.get(id)!)
    expect(status).toBe(200)
    this.answers.set(id, (this.answers.get(id) ?? new Set()).add(text))
  }
}

/** 32 clients at once, killed in the middle. Resolves when all of them have noticed. */
async function killUnderLoad(caller: Caller): Promise<void> {
  let count = 0
  const answered = () => {
    if (++count === ANSWERS_A_LIFE) child!.kill('SIGKILL')
  }
  const client = async () => {
    for (;;) await caller.purchase(answered)
  }
  const gone = once(child!, 'exit')
  const ends = await Promise.allSettled(Array.from({ length: CLIENTS }, client))
  for (const result of ends)
    expect(result).toMatchObject({ reason: { code: expect.stringMatching(/ECONNRESET|ECONNREFUSED|EPIPE/) } })
  await gone
  child = undefined
}

test('killed again and again under load, it loses no decision that it answered and executes nothing twice', async () => {
  const caller = new Caller()
  for (let life = 0; life < LIVES; life++) {
    await start()
    await killUnderLoad(caller)
  }
  await start()
  const unanswered = [...caller.asked.keys()].filter(id => !caller.answers.has(id))
  expect(unanswered.length).toBeGreaterThan(0)
  // Each caller asks for everything once more: what was decided stays, what was not is decided now.
  for (const id of caller.asked.keys()) await caller.send(id)

  const written = await journal()
  expect(written.map(({ sequence }) => sequence)).toEqual(written.map((_, index) => index + 1))
  const decisions = written.filter(entry => entry.type === 'decision')
  expect(new Set(decisions.map(({ operationId }) => operationId)).size).toBe(written.length)
  expect(decisions).toHaveLength(caller.asked.size)
  for (const { operationId, state, reason, decidedAt, order } of decisions) {
    const told = [...caller.answers.get(operationId)!].map(text => JSON.parse(text) as AcquirerDecision)
    expect(told).toEqual([{ operationId, state, reason, decidedAt }])
    expect(order).toEqual(caller.asked.get(operationId))
  }
  const captured = new Map<string, number>()
  for (const { order, state } of decisions)
    if (order?.kind === 'capture' && state === 'APPROVED')
      captured.set(order.authorizationId!, (captured.get(order.authorizationId!) ?? 0) + order.amount)
  expect([...new Set(captured.values())]).toEqual([6_000])
  expect(await end('SIGTERM')).toBe(0)
})

test('on a disk that takes no more it answers 503, decides nothing, and keeps what it has decided', async () => {
  // In blocks of 512 bytes: the log of the journal reaches it after some dozen decisions.
  await start('ulimit -f 1000')
  const approved: string[] = []
  let reply: Reply
  let number = 1
  for (;;) {
    reply = await put(opOf(number), authorizeOrder())
    if (reply.status !== 200) break
    approved.push(opOf(number++))
  }
  expect(reply).toEqual({ status: 503, text: expect.stringContaining('"journal_unavailable"') })
  expect(approved.length).toBeGreaterThan(10)
  // It writes less than a decision does: what is left of the disk may take some of it.
  await until(async () => (await ask('GET', '/health')).status === 503, { what: 'a health check that fails' })
  expect((await ask('GET', `/operations/${opOf(number)}`)).status).toBe(404)
  expect((await put(approved[0]!, authorizeOrder())).status).toBe(200)
  await end('SIGKILL')

  await start()
  const operations = (await journal()).map(entry => entry.type === 'decision' && entry.operationId)
  expect(operations).toEqual(approved)
  expect((await put(opOf(number), authorizeOrder())).status).toBe(200)
})

test('stopped by SIGTERM under load, it answers whatever it wrote, and leaves one file', async () => {
  await start()
  const caller = new Caller()
  let ended: Promise<number | null> | undefined
  let count = 0
  const answered = () => {
    if (++count === ANSWERS_A_LIFE) ended = end('SIGTERM')
  }
  const client = async () => {
    for (;;) await caller.purchase(answered)
  }
  await Promise.allSettled(Array.from({ length: CLIENTS }, client))
  expect(await ended).toBe(0)
  expect(readdirSync(folder)).toEqual(['journal.sqlite'])
  await start()
  const written = (await journal()).map(entry => entry.type === 'decision' && entry.operationId)
  expect(written.toSorted()).toEqual([...caller.answers.keys()].toSorted())
})
