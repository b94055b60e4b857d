/** `handleSummary` of every scenario: the result for a terminal and, where REPORT_FOLDER names a folder, as JSON, JUnit XML and HTML. */
import { baseUrl, rateScale, timeScale } from '../settings.ts'
import { figuresOf, type SummaryData } from './figures.ts'
import { htmlOf } from './html.ts'
import { junitOf } from './junit.ts'
import { textOf } from './text.ts'

export const summaryOf =
  (scenario: string) =>
  (data: SummaryData): Record<string, string> => {
    const figures = figuresOf(data, { scenario, baseUrl, timeScale, rateScale, endedAt: new Date().toISOString() })
    const folder = __ENV.REPORT_FOLDER
    const files = folder
      ? {
          [`${folder}/${scenario}.json`]: `${JSON.stringify(figures, null, 2)}\n`,
          [`${folder}/${scenario}.xml`]: junitOf(figures),
          [`${folder}/${scenario}.html`]: htmlOf(figures),
        }
      : {}
    return { stdout: textOf(figures), ...files }
  }
