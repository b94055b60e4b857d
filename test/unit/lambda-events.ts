/** Events and contexts as AWS hands them to a function. */
import type { APIGatewayProxyEventV2, Context, SelfManagedKafkaEvent } from 'aws-lambda'

export interface HttpCall {
  /** `POST /payments/capture/{paymentId}`, as in serverless.yml. */
  route: string
  path?: string
  headers?: Record<string, string>
  /** Text is sent as it is, anything else as JSON. */
  body?: unknown
  base64?: boolean
  pathParameters?: Record<string, string>
  query?: Record<string, string>
}

/** An HTTP API event, payload 2.0. */
export function httpEvent(call: HttpCall): APIGatewayProxyEventV2 {
  const [method = 'GET', template = '/'] = call.route.split(' ')
  const rawPath = call.path ?? template.replace(/\{(\w+)\}/g, (_, name) => call.pathParameters?.[name] ?? '')
  const text = call.body === undefined || typeof call.body === 'string' ? call.body : JSON.stringify(call.body)
  return {
    version: '2.0',
    routeKey: call.route,
    rawPath,
    rawQueryString: new URLSearchParams(call.query).toString(),
    headers: { ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...call.headers },
    queryStringParameters: call.query,
    pathParameters: call.pathParameters,
    requestContext: requestContextOf(method, rawPath, call.route),
    body: text !== undefined && call.base64 ? Buffer.from(text as string).toString('base64') : (text as string),
    isBase64Encoded: call.base64 ?? false,
  }
}

const requestContextOf = (method: string, path: string, routeKey: string) => ({
  accountId: 'offline',
  apiId: 'offline',
  domainName: 'localhost',
  domainPrefix: 'localhost',
  http: { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
  requestId: 'the-same-for-all',
  routeKey,
  stage: '$default',
  time: '02/Jan/2026:03:04:05 +0000',
  timeEpoch: 1_767_323_045_006,
})

/** `remainingMs`: what the function has left of its time-out. */
export const contextOf = (remainingMs = 10_000): Context => ({
  callbackWaitsForEmptyEventLoop: false,
  functionName: 'of-the-test',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:ap-northeast-2:000000000000:function:of-the-test',
  memoryLimitInMB: '512',
  awsRequestId: 'aws-request',
  logGroupName: 'of-the-test',
  logStreamName: 'of-the-test',
  getRemainingTimeInMillis: () => remainingMs,
  done: () => {},
  fail: () => {},
  succeed: () => {},
})

export interface KafkaCall {
  topic: string
  partition?: number
  offset?: number
  key?: string | Buffer
  value?: string | Buffer
  headers?: Record<string, string | Buffer>
}

/** A Kafka event: keys and values in base64 and left out when null, header values as signed bytes. */
export function kafkaEvent(calls: KafkaCall[]): SelfManagedKafkaEvent {
  const records = calls.map((call, index) => ({
    topic: call.topic,
    partition: call.partition ?? 0,
    offset: call.offset ?? index,
    timestamp: 1_767_323_045_006,
    timestampType: 'CREATE_TIME',
    ...(call.key === undefined ? {} : { key: Buffer.from(call.key).toString('base64') }),
    ...(call.value === undefined ? {} : { value: Buffer.from(call.value).toString('base64') }),
    headers: Object.entries(call.headers ?? {}).map(([name, value]) => ({
      [name]: [...new Int8Array(Buffer.from(value))],
    })),
  }))
  const byPartition = Map.groupBy(records, record => `${record.topic}-${record.partition}`)
  return {
    eventSource: 'SelfManagedKafka',
    bootstrapServers: '127.0.0.1:9092',
    records: Object.fromEntries(byPartition),
  } as unknown as SelfManagedKafkaEvent
}
