/** Makes the OpenAPI document out of the contracts in shared/contracts/routes/, their words and their examples. */
import { z } from 'zod'
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
} from 'zod-openapi'
import { contractOf, docsOf } from '../../shared/contracts/api.ts'
import { SECRET_HEADER, SESSION_COOKIE } from '../../shared/contracts/console.ts'
import { LOCAL_ORIGIN } from '../../shared/contracts/curl.ts'
import { type ErrorCode, errorCatalogue } from '../../shared/contracts/errors.ts'
import { refusalExamples, refusalWords } from '../../shared/contracts/refusal-docs.ts'
import { type RefusalName, refusalNames, refusals } from '../../shared/contracts/refusals.ts'
import type { Examples, RouteContract, TextAnswer, Words } from '../../shared/contracts/route-contract.ts'
import { type RouteName, routeNames } from '../../shared/contracts/routes.ts'
import type { Product } from './product.ts'
import { consoleWords, headerWords, introduction, signing, tags, title } from './words.ts'

/** `description` in English, and beside it in Korean. */
const described = (words: Words) => ({ description: words.en, 'x-description-ko': words.ko })
const summarized = (words: Words) => ({ summary: words.en, 'x-summary-ko': words.ko })

const examplesOf = (examples: Examples) =>
  Object.fromEntries(
    Object.entries(examples).map(([key, { summary, value }]) => [key, { ...summarized(summary), value }]),
  )

const withExamples = (examples: Examples) =>
  Object.keys(examples).length === 0 ? {} : { examples: examplesOf(examples) }

/** `NOT_FOUND` → `NotFound` */
const componentName = (refusal: RefusalName): string =>
  refusal.toLowerCase().replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())

const codeOf = (refusal: RefusalName): ErrorCode => refusals[refusal].body.shape.code.value

const headerRef = (name: string) => ({ $ref: `#/components/headers/${name}` })
const parameterRef = (name: string) => ({ $ref: `#/components/parameters/${name}` })
const everyAnswer = { 'x-request-id': headerRef('RequestId') }

/** Of an answer that may be kept under its key. */
const storedHeaders = {
  'Idempotent-Replayed': headerRef('IdempotentReplayed'),
  'Idempotency-Expires': headerRef('IdempotencyExpires'),
}

const whole = { type: 'string', pattern: '^[1-9][0-9]*$' } as const

/** A bare key holds no comma and does not begin with a quote; in quotes, a quote and a backslash stand behind a backslash. */
const bareOrQuoted = (max: number): string =>
  String.raw`^([!#-+\--~][!-+\--~]{0,${max - 1}}|"([!#-\[\]-~]|\\["\\]){1,${max}}")$`

const headers = {
  RequestId: { ...described(headerWords.requestId), required: true, schema: { type: 'string', minLength: 1 } },
  RateLimit: { ...described(headerWords.rateLimit), schema: { type: 'string' }, example: '"caller";r=399;t=1' },
  RateLimitPolicy: {
    ...described(headerWords.rateLimitPolicy),
    schema: { type: 'string' },
    example: '"caller";q=400;w=2, "ip";q=40000;w=2',
  },
  RetryAfter: { ...described(headerWords.retryAfter), required: true, schema: whole, example: '2' },
  RetryAfterInProgress: { ...described(headerWords.retryAfterInProgress), schema: whole, example: '1' },
  IdempotentReplayed: { ...described(headerWords.replayed), schema: { type: 'string', const: 'true' } },
  IdempotencyExpires: {
    ...described(headerWords.expires),
    schema: { type: 'string', format: 'date-time' },
    example: '2026-12-07T06:00:00.758Z',
  },
} as const

const parameters = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    ...described(headerWords.idempotencyKey),
    schema: { type: 'string', pattern: bareOrQuoted(300) },
    example: 'order-1001',
  },
  AcceptLanguage: {
    name: 'Accept-Language',
    in: 'header',
    ...described(headerWords.acceptLanguage),
    schema: { type: 'string' },
    example: 'ko',
  },
  TraceParent: {
    name: 'traceparent',
    in: 'header',
    ...described(headerWords.traceparent),
    schema: { type: 'string' },
    example: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  },
  RequestId: {
    name: 'x-request-id',
    in: 'header',
    ...described(headerWords.requestIdSent),
    schema: { type: 'string' },
    example: 'checkout-7f3a',
  },
} as const

/** Refusals that are kept under the key, so that a repeat gets them again. */
const stored: ReadonlySet<RefusalName> = new Set(['PAYMENT_DECLINED', 'CAPTURE_CONFLICT', 'REFUND_CONFLICT'])
const canBeInProgress: ReadonlySet<RefusalName> = new Set(['DUPLICATE_REQUEST', 'CAPTURE_CONFLICT', 'REFUND_CONFLICT'])

/** Where the limits of a class of routes stand. */
const limitHeaders = { RateLimit: headerRef('RateLimit'), 'RateLimit-Policy': headerRef('RateLimitPolicy') }

const isBrief = (name: RefusalName): boolean => [429, 503].includes(refusals[name].statusCode)

function refusalHeaders(names: RefusalName[]) {
  return {
    ...everyAnswer,
    ...(names.includes('RATE_LIMITED') ? limitHeaders : {}),
    ...(names.some(isBrief) ? { 'Retry-After': headerRef('RetryAfter') } : {}),
    ...(names.some(name => canBeInProgress.has(name)) ? { 'Retry-After': headerRef('RetryAfterInProgress') } : {}),
    ...(names.some(name => stored.has(name)) ? storedHeaders : {}),
  }
}

const responses = new Map<string, ZodOpenApiResponseObject>()

/** All refusals of one route that share a status, told apart by `code`. Routes with the same ones share one component. */
function refusalResponse(names: RefusalName[]): ZodOpenApiResponseObject {
  const id = names.map(componentName).join('Or')
  const response = responses.get(id) ?? newRefusalResponse(id, names)
  responses.set(id, response)
  return response
}

function newRefusalResponse(id: string, names: RefusalName[]): ZodOpenApiResponseObject {
  const bodies = names.map(name => refusals[name].body)
  const lines = names.map(name => ({ code: codeOf(name), ...refusalWords[name] }))
  const words = (language: 'en' | 'ko') =>
    lines.map(({ code, when, action }) => `\`${code}\`: ${when[language]} ${action[language]}`).join('\n\n')
  return {
    id,
    ...described({ en: words('en'), ko: words('ko') }),
    headers: refusalHeaders(names),
    content: {
      'application/json': {
        schema: bodies.length === 1 ? bodies[0]! : z.discriminatedUnion('code', bodies as never),
        examples: Object.assign({}, ...names.map(name => examplesOf(refusalExamples(name)))),
      },
    },
  }
}

const linksOf = (nextRoutes: readonly RouteName[]) =>
  Object.fromEntries(
    nextRoutes.map(next => [next, { operationId: next, parameters: { paymentId: '$response.body#/paymentId' } }]),
  )

const isText = (answer: z.ZodType | TextAnswer): answer is TextAnswer => 'mediaType' in answer

function answerResponse(name: RouteName, statusCode: number, answer: z.ZodType | TextAnswer): ZodOpenApiResponseObject {
  const { mutation, routeClass, writes, onTimeout } = contractOf(name)
  const { answers, next } = docsOf(name)
  const { words, examples } = answers[statusCode]!
  const { mediaType, schema } = isText(answer) ? answer : { mediaType: 'application/json', schema: answer }
  return {
    ...described(words),
    headers: {
      ...everyAnswer,
      ...(routeClass ? limitHeaders : {}),
      // A write of the console that moves money has the answers of a mutation; another one says only whether it was done before.
      ...(mutation || (writes && onTimeout) ? storedHeaders : {}),
      ...(writes && !onTimeout ? { 'Idempotent-Replayed': headerRef('IdempotentReplayed') } : {}),
    },
    content: { [mediaType]: { schema: schema ?? { type: 'string' }, ...withExamples(examples) } },
    ...(next ? { links: linksOf(next) } : {}),
  }
}

function responsesOf(name: RouteName): Record<`${1 | 2 | 3 | 4 | 5}${string}`, ZodOpenApiResponseObject> {
  const { answers, refusals: refused } = contractOf(name)
  const byStatus = Map.groupBy(refused, refusal => refusals[refusal].statusCode)
  return Object.fromEntries([
    ...Object.entries(answers).map(([status, answer]) => [status, answerResponse(name, Number(status), answer)]),
    ...[...byStatus].map(([status, names]) => [String(status), refusalResponse(names)]),
  ])
}

/** Of a route that is not as the others: nothing is asked for, or it is the console's. */
function securityOf({ operator, offlineOnly, open }: RouteContract): { security?: Record<string, string[]>[] } {
  if (operator !== undefined && operator !== 'anyone')
    return { security: [{ consoleSession: [], consoleSecret: [] }, ...(offlineOnly ? [] : [{ operatorToken: [] }])] }
  return open || offlineOnly ? { security: [] } : {}
}

function operationOf(name: RouteName): ZodOpenApiOperationObject {
  const contract = contractOf(name)
  const { tag, path, query, body, bodyOptional, mutation, offlineOnly } = contract
  const { summary, description, requests = {}, curl } = docsOf(name)
  return {
    operationId: name,
    tags: [tag],
    ...summarized(summary),
    ...described(description),
    ...(offlineOnly ? { 'x-offline-only': true } : {}),
    ...securityOf(contract),
    parameters: [
      ...(mutation ? [parameterRef('IdempotencyKey')] : []),
      parameterRef('AcceptLanguage'),
      parameterRef('RequestId'),
      ...(mutation ? [parameterRef('TraceParent')] : []),
    ],
    requestParams: { ...(path ? { path } : {}), ...(query ? { query } : {}) },
    ...(body
      ? {
          requestBody: {
            required: !bodyOptional,
            content: { 'application/json': { schema: body, ...withExamples(requests) } },
          },
        }
      : {}),
    responses: responsesOf(name),
    'x-codeSamples': [{ lang: 'Shell', label: 'curl', source: curl }],
  }
}

function pathsOf(): ZodOpenApiPathsObject {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const name of routeNames) {
    const [method, path] = contractOf(name).route.split(' ') as [string, string]
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(name) }
  }
  return paths
}

/** Every code with its meaning, for people who look one up. */
const errorTable = () =>
  refusalNames.map(name => {
    const code = codeOf(name)
    const { when, action } = refusalWords[name]
    return { code, statusCode: refusals[name].statusCode, message: errorCatalogue[code].message, when, action }
  })

const servers = [
  { url: LOCAL_ORIGIN, description: 'npm start' },
  {
    url: 'https://{apiId}.execute-api.{region}.amazonaws.com',
    description: 'As deployed to AWS',
    variables: { apiId: { default: 'example' }, region: { default: 'ap-northeast-2' } },
  },
]

/** The document, its keys always in the same order. */
export function createApiDocument(product: Product) {
  const document = createDocument(
    {
      openapi: '3.1.1',
      info: {
        title: title.en,
        'x-title-ko': title.ko,
        version: product.version,
        license: { name: product.license, identifier: product.license },
        ...described(introduction),
      },
      servers,
      tags: Object.entries(tags).map(([name, words]) => ({
        name,
        'x-display-name': words.name.en,
        'x-display-name-ko': words.name.ko,
        ...described(words.description),
      })),
      // `{}`: nothing is asked for offline.
      security: [{ awsSignature: [] }, {}],
      paths: pathsOf(),
      components: {
        parameters,
        headers,
        securitySchemes: {
          awsSignature: {
            type: 'apiKey',
            name: 'Authorization',
            in: 'header',
            'x-amazon-apigateway-authtype': 'awsSigv4',
            ...described(signing),
          },
          consoleSession: { type: 'apiKey', name: SESSION_COOKIE, in: 'cookie', ...described(consoleWords.session) },
          consoleSecret: { type: 'apiKey', name: SECRET_HEADER, in: 'header', ...described(consoleWords.secret) },
          operatorToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', ...described(consoleWords.token) },
        },
      },
      'x-errors': errorTable(),
    },
    {
      // Answers may gain fields; requests with unknown ones are refused.
      override: ({ jsonSchema, io }) => {
        if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
      },
    },
  )
  return document
}
