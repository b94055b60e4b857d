/** Judges requests and answers by docs/openapi.json. Stricter than a caller should be: a field that is not described is a problem. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import type { RouteName } from '../../shared/contracts/routes.ts'
import type { Content, Operation, Response } from '../../shared/http/docs-page/document.ts'

interface Node {
  [key: string]: unknown
}

interface Header {
  required?: boolean
  schema: object
}

export interface DocumentedOperation {
  method: string
  path: string
  operation: Operation
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null

/** The same document whose objects, at every depth, allow no other field than those that they name. */
export function closed<T>(document: T): T {
  const visit = (value: unknown): void => {
    if (!isNode(value)) return
    if (value.type === 'object' && isNode(value.properties) && value.additionalProperties === undefined)
      value.additionalProperties = false
    for (const [key, child] of Object.entries(value)) if (key !== 'value' && key !== 'examples') visit(child)
  }
  const copy = structuredClone(document)
  visit((copy as Node).components)
  visit((copy as Node).paths)
  return copy
}

const escapedPointer = (key: string): string => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))

export class OpenApi {
  readonly #document: Node
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
  readonly #validators = new Map<string, ValidateFunction>()

  constructor(document: object) {
    this.#document = closed(document) as Node
    this.#ajv.addSchema(this.#document, 'openapi.json')
  }

  operations(): DocumentedOperation[] {
    return Object.entries(this.#document.paths as Record<string, Record<string, Operation>>).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    )
  }

  operation(name: RouteName): Operation {
    return this.#operation(name).operation
  }

  /** Every example of an answer of this route. */
  examples(name: RouteName): Array<{ status: number; mediaType: string; value: unknown }> {
    return Object.keys(this.#operation(name).operation.responses).flatMap(status =>
      Object.entries(this.#response(name, Number(status))?.response.content ?? {}).flatMap(([mediaType, content]) =>
        Object.values(content.examples ?? {}).map(({ value }) => ({ status: Number(status), mediaType, value })),
      ),
    )
  }

  requestExamples(name: RouteName): unknown[] {
    const content = this.#operation(name).operation.requestBody?.content['application/json']
    return Object.values(content?.examples ?? {}).map(({ value }) => value)
  }

  requestProblems(name: RouteName, value: unknown): string[] {
    return this.#judge(`${this.#operation(name).pointer}/requestBody/content/application~1json/schema`, value)
  }

  /** Why an answer is not one that the document knows; nothing when it is. */
  bodyProblems(name: RouteName, status: number, mediaType: string, value: unknown): string[] {
    const found = this.#response(name, status)
    if (found === undefined) return [`${name} does not document ${status}`]
    const content: Content | undefined = found.response.content?.[mediaType]
    if (content === undefined) return [`${name} ${status} does not document ${mediaType}`]
    return this.#judge(`${found.pointer}/content/${escapedPointer(mediaType)}/schema`, value)
  }

  /** Header names of the answer in lower case. A header that is required must be there; one that is there must fit. */
  headerProblems(name: RouteName, status: number, sent: Record<string, unknown>): string[] {
    const found = this.#response(name, status)
    return Object.entries(found?.response.headers ?? {}).flatMap(([headerName, given]) => {
      const { thing, pointer } = this.#follow<Header>(
        given as Header,
        `${found!.pointer}/headers/${escapedPointer(headerName)}`,
      )
      const value = sent[headerName.toLowerCase()]
      if (value !== undefined) return this.#judge(`${pointer}/schema`, value).map(problem => `${headerName} ${problem}`)
      return thing.required ? [`${headerName} is missing`] : []
    })
  }

  #operation(name: RouteName): { operation: Operation; pointer: string } {
    const { method, path, operation } = this.operations().find(one => one.operation.operationId === name)!
    return { operation, pointer: `#/paths/${escapedPointer(path)}/${method.toLowerCase()}` }
  }

  #response(name: RouteName, status: number): { response: Response; pointer: string } | undefined {
    const { operation, pointer } = this.#operation(name)
    const given = operation.responses[String(status)]
    if (given === undefined) return undefined
    const { thing, pointer: place } = this.#follow<Response>(given, `${pointer}/responses/${status}`)
    return { response: thing, pointer: place }
  }

  #follow<T extends object>(thing: T | { $ref: string }, pointer: string): { thing: T; pointer: string } {
    if (!('$ref' in thing)) return { thing, pointer }
    const target = thing.$ref
      .slice(2)
      .split('/')
      .reduce<unknown>((node, key) => (node as Node)[key], this.#document)
    return { thing: target as T, pointer: thing.$ref }
  }

  #judge(pointer: string, value: unknown): string[] {
    const validate = this.#validators.get(pointer) ?? this.#ajv.compile({ $ref: `openapi.json${pointer}` })
    this.#validators.set(pointer, validate)
    if (validate(value)) return []
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    )
  }
}
