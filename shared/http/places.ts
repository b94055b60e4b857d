/** A request's place in the work of this process: taken before anything else is done, given back when its handler has ended. */
import type { MiddlewareObj } from '@middy/core'
import type { RouteClass } from '../contracts/limits.ts'
import type { Admission } from './admission.ts'
import { ApiError } from './api-error.ts'
import type { RouteHandler } from './define-route.ts'
import { quietly } from './quietly.ts'
import type { HttpResult, RequestObserver } from './route.ts'

export interface PlacePorts {
  /** How many requests of each class this process takes on at once. */
  admission: Record<RouteClass, Pick<Admission, 'enter' | 'leave'>>
  requests: Pick<RequestObserver, 'refused'>
}

/** What a request without a place is told. */
export const overloaded = { details: { reason: 'overloaded' }, headers: { 'retry-after': '1' } }

type Handler = (request: unknown) => Promise<HttpResult>

export class Places {
  readonly #ports: PlacePorts
  readonly #routeClass: RouteClass
  /** Events whose request has a place. */
  readonly #held = new WeakSet<object>()
  /** Those of them whose handler has begun. It may go on after an answer that its caller was given in time. */
  readonly #begun = new WeakSet<object>()

  constructor(ports: PlacePorts, routeClass: RouteClass) {
    this.#ports = ports
    this.#routeClass = routeClass
  }

  /** Goes first. 503 when there is no place: nothing was begun. */
  get middleware(): MiddlewareObj {
    const placesBefore = async (request: { event: unknown }): Promise<void> => {
      if (await this.#admission.enter()) this.#held.add(request.event as object)
      else {
        quietly(() => this.#ports.requests.refused(this.#routeClass))
        throw new ApiError('SERVICE_UNAVAILABLE', overloaded)
      }
    }
    return { before: placesBefore } as MiddlewareObj
  }

  /** Around the handler. */
  worksIn(handler: Handler): Handler {
    return async event => {
      this.#begun.add(event as object)
      try {
        return await handler(event)
      } finally {
        this.#release(event as object)
      }
    }
  }

  /** Around the whole chain: a request that was answered before its handler gives its place back, too. */
  guard(chain: RouteHandler): RouteHandler {
    return async (event, context) => {
      try {
        return await chain(event, context)
      } finally {
        if (!this.#begun.has(event)) this.#release(event)
      }
    }
  }

  #release(event: object): void {
    if (this.#held.delete(event)) this.#admission.leave()
  }

  get #admission() {
    return this.#ports.admission[this.#routeClass]
  }
}
