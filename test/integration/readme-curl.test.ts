/** The curl tour of the README, both languages: its very lines run, and they show what the text promises. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, jest, test } from '@jest/globals'
import { paymentDetailView } from '../../shared/contracts/routes/get-payment.ts'
import { exactly } from '../support/contract.ts'
import { inheritedEnv } from '../support/extra-api.ts'
import { repositoryFolder, systemUnderTest } from '../support/system.ts'

jest.setTimeout(120_000)

const run = promisify(execFile)
const { apiUrl } = systemUnderTest()

/** The fenced bash blocks between the markers, in order, as one script. Throws when there is nothing to run. */
function tourOf(readme: string, name: string): string {
  const [, tour] = /<!-- tour:start -->(.*?)<!-- tour:end -->/s.exec(readme) ?? []
  if (tour === undefined) throw new Error(`${name} has no <!-- tour:start --> … <!-- tour:end -->`)
  const blocks = [...tour.matchAll(/^```bash\n(.*?)^```$/gms)].map(([, block]) => block)
  if (blocks.length === 0) throw new Error(`the tour of ${name} has no \`\`\`bash block`)
  return blocks.join('\n')
}

/** Any command that fails ends it; `node` is the one that runs this test. */
async function runTour(script: string): Promise<string> {
  const env = {
    ...inheritedEnv(),
    API_URL: apiUrl,
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  }
  // Without --norc a bash that finds a socket as its input takes itself for a remote shell, and reads somebody's settings.
  const { stdout, stderr } = await run('bash', ['--norc', '-euo', 'pipefail', '-c', script], {
    cwd: repositoryFolder,
    env,
  })
  expect(stderr).toBe('')
  return stdout
}

/** The payment that the tour prints over several lines, and what it is answered behind that, a line each. */
function readTour(output: string) {
  const [printed = ''] = /^\{\n.*?^\}$/ms.exec(output) ?? []
  const behind = output.slice(output.indexOf(printed) + printed.length)
  return {
    printed: JSON.parse(printed),
    answers: behind
      .trim()
      .split('\n')
      .map(line => JSON.parse(line)),
  }
}

const names = ['README.md', 'README.ko.md']
const outputs = new Map<string, string>()
// Most of a tour is waiting, and they have nothing to do with each other.
beforeAll(async () => {
  const take = async (name: string) =>
    outputs.set(name, await runTour(tourOf(await readFile(join(repositoryFolder, name), 'utf8'), name)))
  await Promise.all(names.map(take))
})

describe.each(names)('%s', name => {
  let output: string
  beforeAll(() => {
    output = outputs.get(name)!
  })

  test('the tour buys, repeats, misuses a key, captures and refunds', () => {
    expect(output).toMatch(/^HTTP\/1\.1 201 .*^idempotent-replayed: true/ims)
    expect(output).toMatch(/^HTTP\/1\.1 422 .*"differences":\["\/amount"\]/ims)
    const payment = exactly(paymentDetailView).parse(readTour(output).printed)
    expect(payment).toMatchObject({ status: 'REFUNDED', amount: 1_550_000, refundedAmount: 1_550_000 })
    expect(payment.ledgerEntries.map(entry => entry.type).sort()).toEqual(['capture', 'fee', 'refund'])
    expect(payment.events.map(event => event.type)).toEqual([
      'payment.authorized',
      'payment.captured',
      'payment.refunded',
    ])
    for (const event of payment.events) expect(event.publishedAt).not.toBeNull()
  })

  test('it captures and refunds in parts, voids, and learns an unknown outcome by its key', () => {
    const [part, more, rest, some, released, unknown, known] = readTour(output).answers
    expect(part).toMatchObject({ status: 'PARTIALLY_CAPTURED', capturedAmount: 400, capturableAmount: 600 })
    expect(more).toMatchObject({ code: 'CAPTURE_CONFLICT', details: { reason: 'amount', remaining: 600 } })
    expect(rest).toMatchObject({ status: 'COMPLETED', capturedAmount: 1_000, refundableAmount: 1_000 })
    expect(some).toMatchObject({ status: 'PARTIALLY_REFUNDED', refundedAmount: 300, refundableAmount: 700 })
    expect(released).toMatchObject({ status: 'VOIDED', capturableAmount: 0 })
    expect(unknown).toMatchObject({ code: 'OUTCOME_UNKNOWN', paymentId: known.paymentId })
    expect(known).toMatchObject({ status: 'AUTHORIZED', amount: 1_000, operationId: unknown.details.operationId })
  })
})
