/** Schemathesis sends what docs/openapi.json allows, and what it forbids: no 5xx, and no answer that is not described. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type { ApiDocument } from '../../shared/http/docs-page/document.ts'
import { inheritedEnv } from '../support/extra-api.ts'
import { PaymentApi } from '../support/http.ts'
import { closed } from '../support/openapi.ts'
import { repositoryFolder, systemUnderTest } from '../support/system.ts'

jest.setTimeout(10 * 60_000)

/** The same cases each time; another number tries others. */
const seed = process.env.SCHEMATHESIS_SEED ?? '1'
const EXAMPLES_PER_OPERATION = 150

/** Two of its checks do not fit the contract; test/full/schemathesis/rules.py says why, and has our own in their places. */
const REPLACED_CHECKS = ['positive_data_acceptance', 'unsupported_method']

const { apiUrl } = systemUnderTest()
const api = new PaymentApi(apiUrl)
const description: ApiDocument = JSON.parse(readFileSync(join(repositoryFolder, 'docs/openapi.json'), 'utf8'))
// The holds and keys of all other tests would run out.
delete description.paths['/sandbox/clock']
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'schemathesis-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Run {
  exitCode: number
  output: string
}

async function schemathesis(document: ApiDocument, options: string[]): Promise<Run> {
  const tools = process.env.PYTHON_TOOLS
  if (!tools) throw new Error('PYTHON_TOOLS is not set: run `npm test -- --only full test/full/schemathesis.test.ts`')
  const file = join(folder, 'openapi.json')
  writeFileSync(file, JSON.stringify(closed(document)))
  const child = spawn(
    join(tools, 'schemathesis'),
    [
      ...['--no-color', 'run', file, '--url', apiUrl, '--seed', seed, '--generation-database', 'none'],
      ...[
        '--exclude-checks',
        REPLACED_CHECKS.join(','),
        '--continue-on-failure',
        '--output-sanitize',
        'false',
        ...options,
      ],
    ],
    {
      cwd: folder,
      env: {
        ...inheritedEnv(),
        SCHEMATHESIS_HOOKS: 'rules',
        PYTHONPATH: join(repositoryFolder, 'test/full/schemathesis'),
        PYTHONDONTWRITEBYTECODE: '1',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  const [exitCode] = await once(child, 'close')
  return { exitCode: exitCode ?? 1, output: Buffer.concat(chunks).toString('utf8') }
}

/** Answers so far, by route and status. */
async function answered(route: string, status: number): Promise<number> {
  const { text } = await api.get('/metrics')
  const line = text.split('\n').find(one => one.startsWith(`http_requests_total{route="${route}",status="${status}"}`))
  return Number(line?.split(' ').at(-1) ?? 0)
}

test('every answer to anything is one that is described', async () => {
  const heldBefore = await answered('POST /payments/authorize', 201)

  const { exitCode, output } = await schemathesis(description, ['--max-examples', String(EXAMPLES_PER_OPERATION)])

  const summary = output.slice(output.indexOf('= SUMMARY =')).replace(/^.*\n/, '')
  process.stdout.write(`schemathesis, seed ${seed}:\n${summary}`)
  if (exitCode !== 0) throw new Error(output)
  const operationCount = Object.values(description.paths).flatMap(item => Object.keys(item)).length
  expect(summary).toContain(`Tested: ${operationCount}`)
  expect(Number(/(\d+) generated, \1 passed/.exec(summary)?.[1])).toBeGreaterThan(1_000)
  // It got past the checks of requests: money was held.
  expect(await answered('POST /payments/authorize', 201)).toBeGreaterThan(heldBefore)
})

const forgetStatus = (document: ApiDocument): void => {
  delete document.paths['/payments/{paymentId}']!.get!.responses['404']
}

const forgetField = ({ components }: ApiDocument): void => {
  const { properties, required = [] } = components.schemas.NotFound!
  delete properties!.requestId
  required.splice(required.indexOf('requestId'), 1)
}

test.each([
  ['status', forgetStatus, 'Undocumented status code'],
  ['field', forgetField, "Additional properties are not allowed ('requestId' was unexpected)"],
])('an answer whose %s is not described would be found', async (_, forget, finding) => {
  const document = structuredClone(description)
  forget(document)

  const only = ['--include-operation-id', 'getPayment', '--phases', 'examples,fuzzing', '--max-examples', '5']
  const { exitCode, output } = await schemathesis(document, only)

  expect([exitCode, output]).toEqual([1, expect.stringContaining(finding)])
})
