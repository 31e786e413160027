fn main() {
    println!("octo-csp 0.1.0");
}
