// Pan and zoom map for places with coordinates. The list inside <u-map> is the content; the map only shows it.
// Tile address and attribution are settings; without tiles only the points are drawn. Coordinates are WGS 84.
import { circleMarker, featureGroup, map as leaflet, tileLayer } from "leaflet/dist/leaflet-src.esm.js";

export function show(host) {
  const points = [...host.querySelectorAll("[data-lat][data-lng]")];
  const box = document.createElement("div");
  box.className = "map-box";
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", host.getAttribute("label") || "地图，内容与下面的列表相同");
  host.prepend(box);
  const view = leaflet(box, { attributionControl: Boolean(host.getAttribute("attribution")), zoomControl: true });
  const tiles = host.getAttribute("tiles");
  if (tiles) {
    const subdomains = host.getAttribute("subdomains") || "01234567";
    tileLayer(tiles, { subdomains, attribution: host.getAttribute("attribution") || "", maxZoom: 18 }).addTo(view);
  }
  const group = featureGroup(points.map((point) => {
    const marker = circleMarker([Number(point.dataset.lat), Number(point.dataset.lng)], { radius: 8, weight: 2, color: "#fff", fillColor: "#b3171c", fillOpacity: 1 });
    const label = document.createElement("div");
    label.append(...[...point.childNodes].map((node) => node.cloneNode(true)));
    return marker.bindPopup(label);
  })).addTo(view);
  if (points.length) view.fitBounds(group.getBounds().pad(0.2), { maxZoom: 16 });
  else view.setView([30.4, 120.3], 10);
}
