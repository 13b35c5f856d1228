/** A value at each step of the recorded period; null if there is none. */
export interface RecordedSeries {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

/** A panel of the dashboard with the series of its queries. */
export interface RecordedPanel {
  readonly title: string;
  readonly type: string;
  /** Of 24. */
  readonly columns: number;
  readonly unit: string;
  readonly max: number | undefined;
  readonly isStacked: boolean;
  /** The texts of values, for a panel that shows the last value. */
  readonly texts: Readonly<Record<string, string>>;
  readonly series: readonly RecordedSeries[];
}

/** A row of the dashboard. */
export interface RecordedRow {
  readonly title: string;
  readonly panels: readonly RecordedPanel[];
}

/** A period in which an alert fired, in seconds of the recording. */
export interface AlertBand {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}
