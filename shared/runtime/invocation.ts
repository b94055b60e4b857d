/** What every function of an event or a schedule does at its end. HTTP functions do it in shared/http/route.ts. */
import type { EmbeddedMetrics } from './embedded-metrics.ts'

/** Prints what the invocation counted, whatever came of it, where nobody can scrape it. */
export const printingMetrics =
  <Event extends unknown[], Result>(
    ports: { embeddedMetrics: Pick<EmbeddedMetrics, 'print'> | undefined },
    handler: (...event: Event) => Promise<Result>,
  ) =>
  async (...event: Event): Promise<Result> => {
    try {
      return await handler(...event)
    } finally {
      await ports.embeddedMetrics?.print()
    }
  }
