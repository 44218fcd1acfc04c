//! 二维码 QR codes as SVG, drawn on the server so that they print and need no script.

use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

/// An SVG picture of a QR code; empty when the text is too long for one (about 2,300 bytes).
pub fn qr_svg(text: &str) -> String {
    QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M)
        .map(|code| {
            code.render::<svg::Color<'_>>()
                .min_dimensions(180, 180)
                .quiet_zone(true)
                .build()
        })
        .map(|svg| {
            svg.split_once("?>")
                .map_or(svg.clone(), |(_, body)| body.trim().to_owned())
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::qr_svg;

    #[test]
    fn a_code_is_an_svg_without_prolog_and_too_much_text_is_none() {
        assert!(qr_svg("https://example.org/card/1").starts_with("<svg"));
        assert_eq!(qr_svg(&"x".repeat(5_000)), "");
    }
}
