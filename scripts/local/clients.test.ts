/** The process in which the starter asks MariaDB and Kafka: with a program of the test's own, and for real where nothing listens. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { until } from '../../shared/runtime/until.ts'
import { Clients } from './clients.ts'

const GONE_MS = 30_000

let folder: string
let program: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clients-'))
  program = join(folder, 'program.mjs')
  writeFileSync(
    program,
    `process.on('message', ({ id, task, argument: address }) => {
      if (address === 'crash') process.exit(3)
      if (address === 'refuse') process.send({ id, error: new Error('refused') })
      else process.send({ id, value: [task, address, String(process.pid)] })
    })`,
  )
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const isGone = (pid: number) => {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}

describe('the process of the clients', () => {
  test('answers each question, those asked together too', async () => {
    const clients = new Clients(program, 50)
    const answers = await Promise.all([clients.migrate('a'), clients.createTopics('b'), clients.migrate('c')])
    expect(answers.map(([task, address]) => `${task} ${address}`)).toEqual(['migrate a', 'createTopics b', 'migrate c'])
    await expect(clients.migrate('refuse')).rejects.toThrow('refused')
  })

  test('ends when nothing has been asked for a while, and begins again with the next question', async () => {
    const clients = new Clients(program, 50)
    const [, , first] = await clients.migrate('a')
    await until(() => isGone(Number(first)), { what: 'the process to end', deadlineMs: GONE_MS })
    expect(clients.pid).toBeUndefined()
    const [, , second] = await clients.migrate('a')
    expect(second).not.toBe(first)
  })

  test('that ends by itself fails what it was asked, and the next question begins another', async () => {
    const clients = new Clients(program, 50)
    await expect(clients.migrate('crash')).rejects.toThrow("the clients' process ended (3)")
    expect(await clients.migrate('a')).toEqual(['migrate', 'a', expect.any(String)])
  })

  test('says why nobody answers', async () => {
    const clients = new Clients(undefined, 50)
    await expect(clients.probeMariadb('mysql://pay@127.0.0.1:1/paydb')).rejects.toThrow('ECONNREFUSED')
    await expect(clients.probeKafka('127.0.0.1:1')).rejects.toThrow('127.0.0.1:1')
  })
})
