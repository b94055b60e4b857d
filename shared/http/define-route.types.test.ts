/** What a route or its contract forgets or mistypes does not compile. Beside each mistake stands the same program without it. */
import { beforeAll, describe, expect, jest, test } from '@jest/globals'
import { compile } from '../../test/unit/compile.ts'

// One run of the compiler for all: 2 s on a machine of our own.
jest.setTimeout(120_000)

const ROUTE = `
import { defineMutation, defineOperatorRoute, defineRoute, notFound, unauthenticated, validationFailed, type MutationPorts, type OperatorRoutePorts, type RoutePorts } from '../../shared/http/index.ts'
import { contract as authorize } from '../../shared/contracts/routes/authorize-payment.ts'
import { contract as capture } from '../../shared/contracts/routes/capture-payment.ts'
import { contract as getPayment } from '../../shared/contracts/routes/get-payment.ts'
import { contract as listPayments } from '../../shared/contracts/routes/list-payments.ts'
import { contract as getSession } from '../../shared/contracts/routes/get-session.ts'
import { contract as getReadiness } from '../../shared/contracts/routes/get-readiness.ts'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { capturePayment } from '../../shared/payments/capture-payment.ts'
import { type ReadPorts, readPayment } from '../../shared/payments/read-payments.ts'
import type { OperationPorts } from '../../shared/payments/operation.ts'
import type { Readiness } from '../../shared/runtime/health.ts'
declare const ports: MutationPorts & OperationPorts & ReadPorts & { readiness(): Promise<Readiness> }
`

const CONTRACT = `
import * as z from 'zod'
import { type DocsOf, defineContract, mutationRefusals } from '../../shared/contracts/route-contract.ts'
import { refusalWords } from '../../shared/contracts/refusal-docs.ts'
import { paymentPath } from '../../shared/contracts/requests.ts'
import { operatorWrite } from '../../shared/contracts/operator-write.ts'
const answer = z.object({ status: z.string() })
const words = { en: 'x', ko: '가' }
const base = { tag: 'payments', answers: { 200: answer } } as const
const ofConsole = ['UNAUTHENTICATED', 'FORBIDDEN', 'INTERNAL_ERROR', 'SERVICE_UNAVAILABLE'] as const
const write = { ...base, route: 'POST /operator/x', writes: true, operator: 'operator', body: z.object(operatorWrite), refusals: [...ofConsole, 'VALIDATION_FAILED', 'DIFFERENT_REQUEST', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] } as const
const mutation = { ...base, route: 'POST /x', mutation: 'authorize', routeClass: 'mutations', needsKey: 'always', refusals: mutationRefusals, onTimeout: 'OUTCOME_UNKNOWN' } as const
const docs = { summary: words, description: words, curl: '' }
`

interface Mistake {
  what: string
  /** Comes before both programs. */
  before: string
  wrong: string
  right: string
  code: string
  text: string
}

const mistakes: Mistake[] = [
  {
    what: 'a mutation whose ports hold no answers of former requests',
    before: ROUTE,
    wrong: `export const createHandler = (ports: RoutePorts & OperationPorts) =>
      defineMutation(authorize)(ports, ({ body, claim, caller }) => authorizePayment(ports, body, claim, caller))`,
    right: `export const createHandler = (ports: MutationPorts & OperationPorts) =>
      defineMutation(authorize)(ports, ({ body, claim, caller }) => authorizePayment(ports, body, claim, caller))`,
    code: 'TS2345',
    text: "is missing the following properties from type 'IdempotencyPorts': responses, duplicates",
  },
  {
    what: 'a route whose ports hold no log',
    before: ROUTE,
    wrong: `export const createHandler = (ports: Omit<RoutePorts, 'log'>) => defineRoute(getPayment)(ports, async () => notFound())`,
    right: `export const createHandler = (ports: RoutePorts) => defineRoute(getPayment)(ports, async () => notFound())`,
    code: 'TS2741',
    text: "Property 'log' is missing",
  },
  {
    what: 'a claim on a route that changes nothing',
    before: ROUTE,
    wrong: `defineRoute(getPayment)(ports, async ({ claim }) => notFound())`,
    right: `defineRoute(getPayment)(ports, async ({ path }) => notFound())`,
    code: 'TS2339',
    text: "Property 'claim' does not exist on type",
  },
  {
    what: 'a claim that is taken for granted where a request may have no key',
    before: ROUTE,
    wrong: `defineMutation(capture)(ports, async ({ claim }) => ({ kind: 'different_request', differences: [claim.key] }))`,
    right: `defineMutation(authorize)(ports, async ({ claim }) => ({ kind: 'different_request', differences: [claim.key] }))`,
    code: 'TS18048',
    text: "'claim' is possibly 'undefined'",
  },
  {
    what: 'a body on a route that reads none',
    before: ROUTE,
    wrong: `defineRoute(getPayment)(ports, async ({ body }) => notFound())`,
    right: `defineMutation(capture)(ports, async ({ body }) => ({ kind: 'not_found' }))`,
    code: 'TS2339',
    text: "Property 'body' does not exist on type",
  },
  {
    what: 'a field that the body does not have',
    before: ROUTE,
    wrong: `defineMutation(capture)(ports, async ({ body }) => ({ kind: 'different_request', differences: [String(body.reason)] }))`,
    right: `defineMutation(capture)(ports, async ({ body }) => ({ kind: 'different_request', differences: [String(body.amount)] }))`,
    code: 'TS2339',
    text: "Property 'reason' does not exist on type",
  },
  {
    what: 'a path parameter on a route without one',
    before: ROUTE,
    wrong: `defineRoute(listPayments)(ports, async ({ path }) => validationFailed([]))`,
    right: `defineRoute(listPayments)(ports, async ({ query }) => validationFailed([]))`,
    code: 'TS2339',
    text: "Property 'path' does not exist on type",
  },
  {
    what: 'an answer with a status that the contract lacks',
    before: ROUTE,
    wrong: `defineRoute(getReadiness)(ports, async () => ({ status: 500, body: await ports.readiness() }))`,
    right: `defineRoute(getReadiness)(ports, async () => ({ status: 503, body: await ports.readiness() }))`,
    code: 'TS2322',
    text: "Types of property 'status' are incompatible. Type '500' is not assignable to type",
  },
  {
    what: 'an answer that lacks a field',
    before: ROUTE,
    wrong: `defineRoute(getPayment)(ports, async ({ path }) => {
      const payment = await readPayment(ports, path.paymentId, 'en')
      if (payment === undefined) return notFound()
      const { message, ...rest } = payment
      return { status: 200, body: rest }
    })`,
    right: `defineRoute(getPayment)(ports, async ({ path }) => {
      const payment = await readPayment(ports, path.paymentId, 'en')
      if (payment === undefined) return notFound()
      const { message, ...rest } = payment
      return { status: 200, body: { ...rest, message } }
    })`,
    code: 'TS2345',
    text: "Property 'message' is missing in type",
  },
  {
    what: 'a refusal that the contract lacks',
    before: ROUTE,
    wrong: `defineRoute(listPayments)(ports, async () => notFound())`,
    right: `defineRoute(getPayment)(ports, async () => notFound())`,
    code: 'TS2322',
    text: `ApiError<"NOT_FOUND">`,
  },
  {
    what: 'a mutation that makes its own answer',
    before: ROUTE,
    wrong: `defineMutation(capture)(ports, async () => ({ status: 200, body: {} }))`,
    right: `defineMutation(capture)(ports, ({ path, body, claim, caller }) => capturePayment(ports, path.paymentId, body, claim, caller))`,
    code: 'TS2322',
    text: "is not assignable to type 'Outcome'",
  },
  {
    what: 'a mutation without the answer to a time-out',
    before: CONTRACT,
    wrong: `defineContract({ ...base, route: 'POST /x', body: z.object({}), mutation: 'authorize', routeClass: 'mutations', needsKey: 'always', refusals: mutationRefusals })`,
    right: `defineContract({ ...base, route: 'POST /x', body: z.object({}), mutation: 'authorize', routeClass: 'mutations', needsKey: 'always', refusals: mutationRefusals, onTimeout: 'OUTCOME_UNKNOWN' })`,
    code: 'TS2345',
    text: "Property 'onTimeout' is missing in type",
  },
  {
    what: 'a mutation that does not say whether it needs a key',
    before: CONTRACT,
    wrong: `defineContract({ ...base, route: 'POST /x', body: z.object({}), mutation: 'authorize', routeClass: 'mutations', refusals: mutationRefusals, onTimeout: 'OUTCOME_UNKNOWN' })`,
    right: `defineContract({ ...base, route: 'POST /x', body: z.object({}), mutation: 'authorize', routeClass: 'mutations', needsKey: () => false, refusals: mutationRefusals, onTimeout: 'OUTCOME_UNKNOWN' })`,
    code: 'TS2345',
    text: "Property 'needsKey' is missing in type",
  },
  {
    what: 'a path without the refusal of what it does not name',
    before: CONTRACT,
    wrong: `defineContract({ ...base, route: 'GET /x/{paymentId}', path: paymentPath, refusals: ['INTERNAL_ERROR'] })`,
    right: `defineContract({ ...base, route: 'GET /x/{paymentId}', path: paymentPath, refusals: ['NOT_FOUND', 'INTERNAL_ERROR'] })`,
    code: 'TS2322',
    text: 'the refusals lack NOT_FOUND',
  },
  {
    what: 'a mutation that is defined like a read',
    before: ROUTE,
    wrong: `defineRoute(capture)`,
    right: `defineMutation(capture)`,
    code: 'TS2345',
    text: "is not assignable to parameter of type 'ReadContract'",
  },
  {
    what: 'a check of another body',
    before: CONTRACT,
    wrong: `defineContract({ ...mutation, body: z.object({ a: z.string() }), check: (body: { b: string }) => [] })`,
    right: `defineContract({ ...mutation, body: z.object({ a: z.string() }), check: (body: { a: string }) => [] })`,
    code: 'TS2322',
    text: 'the check takes another body',
  },
  {
    what: 'a refusal that there is not',
    before: CONTRACT,
    wrong: `defineContract({ ...base, route: 'GET /x', refusals: ['INTERNAL_ERROR', 'GONE'] })`,
    right: `defineContract({ ...base, route: 'GET /x', refusals: ['INTERNAL_ERROR', 'NOT_FOUND'] })`,
    code: 'TS2322',
    text: `Type '"GONE"' is not assignable to type`,
  },
  {
    what: 'a refusal without its words',
    before: CONTRACT,
    wrong: `const { NOT_FOUND, ...rest } = refusalWords
      export const all: typeof refusalWords = rest`,
    right: `const { NOT_FOUND, ...rest } = refusalWords
      export const all: typeof refusalWords = { ...rest, NOT_FOUND }`,
    code: 'TS2741',
    text: "Property 'NOT_FOUND' is missing in type",
  },
  {
    what: 'an answer without its words',
    before: CONTRACT,
    wrong: `const contract = defineContract({ ...base, route: 'GET /x', answers: { 200: answer, 503: answer }, refusals: ['INTERNAL_ERROR'] })
      export const all: DocsOf<typeof contract> = { ...docs, answers: { 200: { words, examples: {} } } }`,
    right: `const contract = defineContract({ ...base, route: 'GET /x', answers: { 200: answer, 503: answer }, refusals: ['INTERNAL_ERROR'] })
      export const all: DocsOf<typeof contract> = { ...docs, answers: { 200: { words, examples: {} }, 503: { words, examples: {} } } }`,
    code: 'TS2322',
    text: "Property '503' is missing in type",
  },
  {
    what: 'words in one language',
    before: CONTRACT,
    wrong: `const contract = defineContract({ ...base, route: 'GET /x', refusals: ['INTERNAL_ERROR'] })
      export const all: DocsOf<typeof contract> = { ...docs, answers: { 200: { words: { en: 'x' }, examples: {} } } }`,
    right: `const contract = defineContract({ ...base, route: 'GET /x', refusals: ['INTERNAL_ERROR'] })
      export const all: DocsOf<typeof contract> = { ...docs, answers: { 200: { words: { en: 'x', ko: '가' }, examples: {} } } }`,
    code: 'TS2741',
    text: "Property 'ko' is missing in type",
  },
  {
    what: 'an example that is not what the contract says',
    before: CONTRACT,
    wrong: `const contract = defineContract({ ...base, route: 'GET /x', refusals: ['INTERNAL_ERROR'] })
      export const all: DocsOf<typeof contract> = { ...docs, answers: { 200: { words, examples: { one: { summary: words, value: { status: 1 } } } } } }`,
    right: `const contract = defineContract({ ...base, route: 'GET /x', refusals: ['INTERNAL_ERROR'] })
      export const all: DocsOf<typeof contract> = { ...docs, answers: { 200: { words, examples: { one: { summary: words, value: { status: '1' } } } } } }`,
    code: 'TS2322',
    text: "Type 'number' is not assignable to type 'string'",
  },
  {
    what: 'a body without an example of it',
    before: CONTRACT,
    wrong: `const contract = defineContract({ ...mutation, body: answer })
      export const all: DocsOf<typeof contract> = { ...docs, answers: { 200: { words, examples: {} } } }`,
    right: `const contract = defineContract({ ...mutation, body: answer })
      export const all: DocsOf<typeof contract> = { ...docs, requests: {}, answers: { 200: { words, examples: {} } } }`,
    code: 'TS2322',
    text: "Property 'requests' is missing in type",
  },
  {
    what: 'a route under /operator/ that names no role',
    before: CONTRACT,
    wrong: `defineContract({ ...base, route: 'GET /operator/x', refusals: ofConsole })`,
    right: `defineContract({ ...base, route: 'GET /operator/x', operator: 'viewer', refusals: ofConsole })`,
    code: 'TS2345',
    text: "Property 'operator' is missing in type",
  },
  {
    what: 'a route of the console without its refusals',
    before: CONTRACT,
    wrong: `defineContract({ ...base, route: 'GET /operator/x', operator: 'viewer', refusals: ['UNAUTHENTICATED', 'INTERNAL_ERROR', 'SERVICE_UNAVAILABLE'] })`,
    right: `defineContract({ ...base, route: 'GET /operator/x', operator: 'viewer', refusals: ofConsole })`,
    code: 'TS2322',
    text: 'the refusals lack FORBIDDEN',
  },
  {
    what: 'a write of the console whose body lacks the reason',
    before: CONTRACT,
    wrong: `defineContract({ ...write, body: z.object({ key: operatorWrite.key }) })`,
    right: `defineContract({ ...write, body: z.object({ ...operatorWrite, more: z.string() }) })`,
    code: 'TS2322',
    text: 'the body lacks the fields of operatorWrite',
  },
  {
    what: 'a write of the console that a viewer may ask for',
    before: CONTRACT,
    wrong: `defineContract({ ...write, operator: 'viewer' })`,
    right: `defineContract({ ...write, operator: 'approver' })`,
    code: 'TS2322',
    text: "is not assignable to type 'never'",
  },
  {
    what: 'a write of the console without the refusal of a key that was used for another request',
    before: CONTRACT,
    wrong: `defineContract({ ...write, refusals: [...ofConsole, 'VALIDATION_FAILED', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] })`,
    right: `defineContract(write)`,
    code: 'TS2322',
    text: 'the refusals lack DIFFERENT_REQUEST',
  },
  {
    what: 'a claim on a route of the console that changes nothing',
    before: `${ROUTE}declare const consolePorts: OperatorRoutePorts\n`,
    wrong: `defineOperatorRoute(getSession)(consolePorts, async ({ claim }) => unauthenticated())`,
    right: `defineOperatorRoute(getSession)(consolePorts, async ({ operator }) => unauthenticated())`,
    code: 'TS2339',
    text: "Property 'claim' does not exist on type",
  },
  {
    what: 'a route of the console that is defined like a read',
    before: ROUTE,
    wrong: `defineRoute(getSession)`,
    right: `defineOperatorRoute(getSession)`,
    code: 'TS2345',
    text: "is not assignable to parameter of type 'ReadContract'",
  },
]

describe('the compiler', () => {
  let diagnostics: Record<string, string[]>
  beforeAll(() => {
    diagnostics = compile(
      Object.fromEntries(
        mistakes.flatMap(({ before, wrong, right }, index) => [
          [`wrong-${index}`, `${before}${wrong}\n`],
          [`right-${index}`, `${before}${right}\n`],
        ]),
      ),
    )
  })

  test.each(mistakes.map((mistake, index) => ({ ...mistake, index })))('refuses $what', ({ index, code, text }) => {
    expect(diagnostics[`right-${index}`]).toEqual([])
    expect(diagnostics[`wrong-${index}`]).toEqual([expect.stringContaining(text)])
    expect(diagnostics[`wrong-${index}`]![0]).toMatch(new RegExp(`^${code} `))
  })
})
