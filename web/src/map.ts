import { showMap } from './mapview.ts';

/** The map of a table's page of the portal. What it shows is in the page's data attributes. */
const element = document.getElementById('map');
const select = document.getElementById('map-column');
if (element !== null && select instanceof HTMLSelectElement) {
  const { source = '', title = '', time, all = '' } = element.dataset;
  void showMap(element, select, { source, title, ...(time === undefined ? {} : { time, all }) });
}
