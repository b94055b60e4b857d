/** The parts of docs/openapi.json that the page reads. */
import type { Language } from '../../contracts/errors.ts'

export interface Described {
  description?: string
  'x-description-ko'?: string
}

interface Summarized {
  summary?: string
  'x-summary-ko'?: string
}

export interface Schema extends Described {
  $ref?: string
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  default?: unknown
  minimum?: number
  maximum?: number
  maxLength?: number
  anyOf?: Schema[]
  oneOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
}

export interface Example extends Summarized {
  value: unknown
}

export interface Content {
  schema: Schema
  examples?: Record<string, Example>
}

export interface Parameter extends Described {
  name: string
  in: string
  required?: boolean
  schema: Schema
}

export interface Response extends Described {
  headers?: Record<string, unknown>
  content?: Record<string, Content>
}

export interface Operation extends Described, Summarized {
  operationId: string
  tags: string[]
  parameters?: Array<Parameter | Reference>
  requestBody?: { required?: boolean; content: Record<string, Content> }
  responses: Record<string, Response | Reference>
  security?: object[]
  'x-offline-only'?: boolean
  'x-codeSamples': Array<{ source: string }>
}

export interface Reference {
  $ref: string
}

export interface ErrorRow {
  code: string
  statusCode: number
  message: Record<Language, string>
  when: Record<Language, string>
  action: Record<Language, string>
}

export interface ApiDocument {
  info: Described & { title: string; 'x-title-ko': string; version: string; license: { name: string } }
  servers: Array<{ url: string }>
  tags: Array<Described & { name: string; 'x-display-name': string; 'x-display-name-ko': string }>
  paths: Record<string, Record<string, Operation>>
  components: {
    schemas: Record<string, Schema>
    responses: Record<string, Response>
    securitySchemes: Record<string, Described>
  }
  'x-errors': ErrorRow[]
}

/** What a reference points to, or the thing itself. */
export function resolve<T extends object>(document: ApiDocument, thing: T | Reference): T {
  if (!('$ref' in thing) || typeof thing.$ref !== 'string') return thing as T
  const found = thing.$ref
    .slice(2)
    .split('/')
    .reduce<unknown>((place, key) => (place as Record<string, unknown> | undefined)?.[key], document)
  if (found === undefined) throw new Error(`docs/openapi.json has no ${thing.$ref}`)
  return found as T
}

/** `#/components/schemas/Payment` → `Payment` */
export const nameOf = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1)

export interface Endpoint {
  method: string
  path: string
  operation: Operation
}

/** Every operation with this tag, in the order of the document. */
export const endpointsOf = (document: ApiDocument, tag: string): Endpoint[] =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, operation]) => operation.tags.includes(tag))
      .map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
