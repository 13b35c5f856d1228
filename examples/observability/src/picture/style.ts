interface Theme {
  readonly background: string;
  readonly panel: string;
  readonly text: string;
  readonly grid: string;
  readonly alert: string;
  readonly series: readonly string[];
}

const light: Theme = {
  background: '#f4f5f5',
  panel: '#ffffff',
  text: '#24292e',
  grid: '#d8dade',
  alert: '#d92d20',
  series: ['#2e7d32', '#a15c00', '#1565c0', '#6a1b9a', '#00767a', '#8d4a2f', '#ad1457', '#5c6670'],
};

const dark: Theme = {
  background: '#111217',
  panel: '#181b1f',
  text: '#d5d7dc',
  grid: '#34373d',
  alert: '#ff6b60',
  series: ['#73bf69', '#f2cc0c', '#6ea6ff', '#c896e6', '#5ac8c8', '#e0986f', '#f08ab8', '#a8b0b8'],
};

/** The number of colours; a further series gets the first one again. */
export const colours: number = light.series.length;

function rulesOf({ background, panel, text, grid, alert, series }: Theme): string {
  return [
    `.background{fill:${background}}`,
    `.panel{fill:${panel};stroke:${grid}}`,
    `text{fill:${text}}`,
    `.grid{stroke:${grid}}`,
    `.alert{fill:${alert};stroke:${alert}}`,
    ...series.map((colour, index) => `.line-${index}{stroke:${colour}}.area-${index}{fill:${colour}}`),
  ].join('');
}

/** The style sheet of a picture, for light and dark pages. */
export const styleSheet: string = [
  'text{font-family:system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif}',
  '.line{fill:none;stroke-width:1.5;stroke-linejoin:round;stroke-linecap:round}.alert{fill-opacity:.14;stroke-opacity:.5}',
  rulesOf(light),
  `@media (prefers-color-scheme:dark){${rulesOf(dark)}}`,
].join('');
