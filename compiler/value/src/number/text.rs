//! Numbers from and to text.
use super::Number;
use std::fmt;

/// Digits that certainly fit an `i128`: 10³⁸ < 2¹²⁷.
const MAX_SCALE: i64 = 38;

impl Number {
    /// Reads `10000`, `10_000`, `0.5`, `1e6`, `1.5e-3`, each also after a `-`.
    ///
    /// `None` for any other text, and for numbers whose digits or scale leave 128 bits. Linear in the text's
    /// length, whatever the exponent.
    pub fn parse(text: &str) -> Option<Number> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
            Some((m, e)) => (m, parse_exponent(e)?),
            None => (digits, 0),
        };
        let (whole, part) = match mantissa.split_once('.') {
            Some((w, f)) => (w, Some(f)),
            None => (mantissa, None),
        };
        if !is_digits(whole) || !part.is_none_or(is_digits) {
            return None;
        }
        let mut value: i128 = 0;
        let mut scale = exponent;
        // Zeros are counted and added only once another digit follows, so `1.000…0` costs no precision.
        let mut zeros: u32 = 0;
        let mut push = |digit: u8| -> Option<()> {
            if digit == b'0' {
                zeros = zeros.checked_add(1)?;
                return Some(());
            }
            if value != 0 {
                value = value.checked_mul(10_i128.checked_pow(zeros)?)?;
            }
            value = value.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
            zeros = 0;
            Some(())
        };
        for digit in whole.bytes().filter(|b| *b != b'_') {
            push(digit)?;
        }
        for digit in part.unwrap_or("").bytes().filter(|b| *b != b'_') {
            push(digit)?;
            scale = scale.checked_sub(1)?;
        }
        if value == 0 {
            return Some(Number::ZERO);
        }
        scale = scale.checked_add(i64::from(zeros))?;
        if scale.abs() > MAX_SCALE {
            return None;
        }
        let value = if negative { -value } else { value };
        let power = 10_i128.checked_pow(u32::try_from(scale.abs()).ok()?)?;
        if scale >= 0 { Number::from_i128(value.checked_mul(power)?) } else { Number::fraction(value, power) }
    }

    /// The exact decimal form without grouping, `-0.125`, if there is a finite one.
    pub fn decimal(&self) -> Option<String> {
        let mut denom = self.denom();
        if denom == 1 {
            return Some(self.numer().to_string());
        }
        let (mut twos, mut fives) = (0_usize, 0_usize);
        while denom % 2 == 0 {
            denom /= 2;
            twos += 1;
        }
        while denom % 5 == 0 {
            denom /= 5;
            fives += 1;
        }
        if denom != 1 {
            return None;
        }
        // Bring the fraction to a denominator 10ᵏ; its numerator may pass 128 bits, so it is kept as digits.
        let places = twos.max(fives);
        let mut digits: Vec<u8> =
            self.numer().unsigned_abs().to_string().bytes().rev().map(|b| b - b'0').collect();
        for _ in twos..places {
            times(&mut digits, 2);
        }
        for _ in fives..places {
            times(&mut digits, 5);
        }
        while digits.len() <= places {
            digits.push(0);
        }
        let mut out = String::with_capacity(digits.len() + 2);
        if self.is_negative() {
            out.push('-');
        }
        for (i, d) in digits.iter().enumerate().rev() {
            out.push(char::from(b'0' + d));
            if i == places {
                out.push('.');
            }
        }
        Some(out)
    }

    /// About four significant digits, without a sign that it is approximate: `0.3333`, `6.667e-12`.
    pub fn approx(&self) -> String {
        // For reading only: no result is computed from it. Conversion and division round as IEEE 754 says, so the
        // text is the same everywhere.
        let x = self.numer() as f64 / self.denom() as f64;
        let scientific = format!("{x:.3e}");
        let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
        let Ok(exponent) = exponent.parse::<i32>() else { return scientific };
        if !(-4..=14).contains(&exponent) {
            return format!("{}e{exponent}", trim_zeros(mantissa));
        }
        let places = usize::try_from(3 - exponent).unwrap_or(0);
        trim_zeros(&format!("{x:.places$}")).to_owned()
    }

    /// For messages: exact if there is a decimal form of reasonable length, else `≈ 0.3333`.
    pub fn for_message(&self) -> String {
        match self.decimal() {
            Some(text) if text.len() <= 40 => text,
            _ => format!("≈ {}", self.approx()),
        }
    }
}

/// As in messages.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.for_message())
    }
}

/// At least one digit; `_` only between digits.
fn is_digits(text: &str) -> bool {
    !text.is_empty()
        && text.split('_').all(|group| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit()))
}

/// A signed exponent; `None` past nine digits, where no number could fit anyway.
fn parse_exponent(text: &str) -> Option<i64> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, text.get(1..)?),
        b'+' => (1, text.get(1..)?),
        _ => (1, text),
    };
    let significant = digits.trim_start_matches('0');
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) || significant.len() > 9 {
        return None;
    }
    Some(sign * if significant.is_empty() { 0 } else { significant.parse::<i64>().ok()? })
}

/// Multiplies decimal digits, lowest first, by a small factor.
fn times(digits: &mut Vec<u8>, factor: u8) {
    let mut carry = 0;
    for d in digits.iter_mut() {
        let product = *d * factor + carry;
        *d = product % 10;
        carry = product / 10;
    }
    if carry > 0 {
        digits.push(carry);
    }
}

/// `1.500` as `1.5`, `2.000` as `2`; integers as they are.
fn trim_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}
