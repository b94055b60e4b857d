/** A board as Grafana's dashboard JSON, made by Grafana's own typed builders. */
import { StackingConfigBuilder, StackingMode, VizLegendOptionsBuilder } from '@grafana/grafana-foundation-sdk/common'
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as TimeseriesPanel } from '@grafana/grafana-foundation-sdk/timeseries'
import type { Board, Panel, Words } from './boards/board.ts'

/** As deploy/grafana/provisioning/datasources names it. */
export const DATASOURCE = { type: 'prometheus', uid: 'prometheus' }
const PANEL_HEIGHT = 8
const NUMBER_HEIGHT = 4

const both = ({ en, ko }: Words) => (en === ko ? en : `${en} · ${ko}`)

export function dashboardOf(board: Board): Dashboard {
  const dashboard = new DashboardBuilder(both(board.title))
    .uid(board.uid)
    .tags(['payment-backend'])
    .refresh('15s')
    .time({ from: 'now-1h', to: 'now' })
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly()
  let id = 0
  for (const { title, panels } of board.rows) {
    dashboard.withRow(new RowBuilder(both(title)).id(++id))
    for (const panel of panels) dashboard.withPanel(panelOf(panel, ++id))
  }
  return dashboard.build()
}

function panelOf(panel: Panel, id: number) {
  const builder = panel.kind === 'number' ? numberPanel() : linesPanel(panel)
  builder.id(id).title(both(panel.title)).datasource(DATASOURCE).unit(panel.unit).span(panel.width)
  panel.queries.forEach(({ expr, legend }, index) => {
    const refId = String.fromCharCode('A'.charCodeAt(0) + index)
    builder.withTarget(
      new DataqueryBuilder().refId(refId).datasource(DATASOURCE).expr(expr).legendFormat(legend).range(),
    )
  })
  return builder
}

function linesPanel({ kind, queries }: Panel): TimeseriesPanel {
  const hasNames = queries.some(({ legend }) => legend !== '')
  const builder = new TimeseriesPanel()
    .height(PANEL_HEIGHT)
    .min(0)
    .legend(new VizLegendOptionsBuilder().showLegend(hasNames))
  if (kind === 'lines') return builder
  return builder.fillOpacity(30).stacking(new StackingConfigBuilder().mode(StackingMode.Normal))
}

/** Green at 0, red above. */
function numberPanel(): StatPanel {
  const steps = [
    { value: null, color: 'green' },
    { value: 1, color: 'red' },
  ]
  return new StatPanel()
    .height(NUMBER_HEIGHT)
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps))
}
