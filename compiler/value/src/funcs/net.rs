//! Address blocks: `cidr_contains cidr_overlaps cidr_host cidr_subnet cidr_size cidr_prefix`.
use super::{Result, known, text, wrong};
use crate::{Number, OpError, Value, checks};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether a block holds an address or another block.
pub fn cidr_contains(args: &[Value]) -> Result {
    let Some([net, x]) = known("cidr_contains", args)? else { return Ok(Value::Unknown) };
    let net = block("cidr_contains", net)?;
    let x = text("cidr_contains", x)?;
    if let Ok(address) = x.parse::<IpAddr>() {
        return Ok(Value::Bool(net.contains(&address)));
    }
    let other = checks::parse_cidr(x).map_err(OpError::Invalid)?;
    Ok(Value::Bool(net.contains(&other)))
}

/// Whether two blocks share an address.
pub fn cidr_overlaps(args: &[Value]) -> Result {
    let Some([a, b]) = known("cidr_overlaps", args)? else { return Ok(Value::Unknown) };
    let (a, b) = (block("cidr_overlaps", a)?, block("cidr_overlaps", b)?);
    Ok(Value::Bool(a.contains(&b) || b.contains(&a)))
}

/// The `n`-th address of a block, from 0: `cidr_host("10.0.1.0/24", 5)` is `10.0.1.5`.
pub fn cidr_host(args: &[Value]) -> Result {
    let Some([net, n]) = known("cidr_host", args)? else { return Ok(Value::Unknown) };
    let block = block("cidr_host", net)?;
    let n = natural("cidr_host", n)?;
    // 2¹²⁸ addresses do not fit the counter, but then no number is too large.
    let outside = size(&block).is_some_and(|size| n >= size);
    let address = if outside { None } else { address(&block, bits(&block).checked_add(n)) };
    let Some(address) = address else {
        return Err(OpError::Invalid(format!("`{block}` has no address {n}")));
    };
    Ok(Value::str(address.to_string()))
}

/// The `n`-th block of a longer prefix in a block, from 0: `cidr_subnet("10.0.0.0/16", 24, 3)` is `10.0.3.0/24`.
pub fn cidr_subnet(args: &[Value]) -> Result {
    let Some([net, prefix, n]) = known("cidr_subnet", args)? else { return Ok(Value::Unknown) };
    let block = block("cidr_subnet", net)?;
    let (prefix, n) = (natural("cidr_subnet", prefix)?, natural("cidr_subnet", n)?);
    let width = block.max_prefix_len();
    let longer = u8::try_from(prefix).ok().filter(|p| (block.prefix_len()..=width).contains(p));
    let Some(longer) = longer else {
        let from = block.prefix_len();
        return Err(OpError::Invalid(format!("`{block}` has prefixes from {from} to {width}, not {prefix}")));
    };
    let none = || OpError::Invalid(format!("`{block}` has no block {n} of prefix {longer}"));
    // A shift by 128 is a count of one block.
    let count = 1_u128.checked_shl(u32::from(longer - block.prefix_len()));
    if count.is_some_and(|count| n >= count) {
        return Err(none());
    }
    let offset = if longer == 0 { Some(0) } else { n.checked_shl(u32::from(width - longer)) };
    let start = offset.and_then(|offset| bits(&block).checked_add(offset));
    let subnet = address(&block, start).and_then(|a| IpNet::new(a, longer).ok()).ok_or_else(none)?;
    Ok(Value::str(subnet.to_string()))
}

/// How many addresses a block has, network and broadcast address included.
pub fn cidr_size(args: &[Value]) -> Result {
    let Some([net]) = known("cidr_size", args)? else { return Ok(Value::Unknown) };
    let size = size(&block("cidr_size", net)?).and_then(|n| i128::try_from(n).ok());
    size.and_then(Number::from_i128).map(Value::Number).ok_or(OpError::Overflow)
}

/// The length of a block's prefix: 24 of `10.0.1.0/24`.
pub fn cidr_prefix(args: &[Value]) -> Result {
    let Some([net]) = known("cidr_prefix", args)? else { return Ok(Value::Unknown) };
    Ok(Value::int(i64::from(block("cidr_prefix", net)?.prefix_len())))
}

fn block(name: &str, value: &Value) -> Result<IpNet> {
    checks::parse_cidr(text(name, value)?).map_err(OpError::Invalid)
}

fn natural(name: &str, value: &Value) -> Result<u128> {
    let n = value.as_number().ok_or_else(|| wrong(name, "a number", value))?;
    let n = n.to_i128().and_then(|n| u128::try_from(n).ok());
    n.ok_or_else(|| {
        OpError::Invalid(format!("`{name}` counts in whole numbers from 0, not {}", crate::display(value)))
    })
}

/// The first address as a number.
fn bits(net: &IpNet) -> u128 {
    match net {
        IpNet::V4(n) => u128::from(n.network().to_bits()),
        IpNet::V6(n) => n.network().to_bits(),
    }
}

/// The number of addresses; `None` for 2¹²⁸.
fn size(net: &IpNet) -> Option<u128> {
    1_u128.checked_shl(u32::from(net.max_prefix_len() - net.prefix_len()))
}

/// An address of the same family, if it lies in the block.
fn address(net: &IpNet, bits: Option<u128>) -> Option<IpAddr> {
    let address = match net {
        IpNet::V4(Ipv4Net { .. }) => IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(bits?).ok()?)),
        IpNet::V6(Ipv6Net { .. }) => IpAddr::V6(Ipv6Addr::from_bits(bits?)),
    };
    net.contains(&address).then_some(address)
}
