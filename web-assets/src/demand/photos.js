// Photographs: made smaller on the phone, shown with a way to take each back, kept beside the words.

/** Longest side after making smaller, and the largest file the union takes. */
const SIDE = 1600;
const LARGEST = 5 * 1024 * 1024;
const MOST = 6;
/** Smaller ones go as they are. */
const SMALL = 400 * 1024;

/** A picture in the size a page is read in; whatever cannot be drawn goes as it is. */
async function smaller(file) {
  if (!file.type.startsWith("image/") || file.size <= SMALL || !window.createImageBitmap) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.82));
    return blob && blob.size < file.size ? blob : file;
  } catch {
    return file;
  }
}

const words = (size) => (size >= 1 << 20 ? `${(size / (1 << 20)).toFixed(1)} MB` : `${Math.ceil(size / 1024)} KB`);

/** Arms the file box of a form. `photos` is the list that goes along; `changed` hears of every change, `wrong` of what
 *  cannot be taken. How many and how large the box itself may say. */
export function arm(form, photos, changed, wrong) {
  const input = form.elements.photo, list = form.querySelector("[data-photos]");
  if (!input || !list) return () => {};
  const most = +input.dataset.most || MOST, largest = +input.dataset.largest || LARGEST;
  const draw = () => {
    list.hidden = !photos.length;
    list.replaceChildren(...photos.map((photo, at) => {
      const item = document.createElement("li");
      const name = document.createElement("span");
      name.textContent = `${photo.name} ${words(photo.blob.size)}`;
      const drop = document.createElement("button");
      drop.type = "button";
      drop.className = "btn btn-s";
      drop.textContent = "不传这张";
      drop.setAttribute("aria-label", `不传这张 ${photo.name}`);
      drop.addEventListener("click", () => {
        photos.splice(at, 1);
        draw();
        changed();
        input.focus();
      });
      item.append(name, drop);
      return item;
    }));
  };
  input.addEventListener("change", async () => {
    const faults = [];
    for (const file of [...input.files]) {
      const blob = await smaller(file);
      if (blob.size > largest) faults.push(`「${file.name}」有 ${words(blob.size)}，一张最大 ${largest >> 20} MB。请截图或压缩后再选`);
      else if (photos.length >= most) faults.push(`一次最多 ${most} 张，先交要紧的，其余以后再补`);
      else photos.push({ name: blob === file ? file.name : `${file.name.replace(/\.[^.]*$/, "")}.jpg`, blob });
    }
    input.value = "";
    draw();
    changed();
    if (faults.length) wrong([...new Set(faults)].map((message) => ({ field: "photo", message })));
  });
  draw();
  return draw;
}
