//! JSON Pointers (RFC 6901).

/// Adds a reference token to a pointer, escaped.
pub fn push_token(pointer: &mut String, token: &str) {
    pointer.push('/');
    if token.contains(['~', '/']) {
        pointer.push_str(&token.replace('~', "~0").replace('/', "~1"));
    } else {
        pointer.push_str(token);
    }
}

/// The pointer to a member or an element of what a pointer leads to.
pub fn below(pointer: &str, token: &str) -> String {
    let mut below = pointer.to_owned();
    push_token(&mut below, token);
    below
}

/// A reference token, unescaped.
pub fn unescaped(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

/// The reference tokens of a pointer, unescaped.
pub fn tokens(pointer: &str) -> impl Iterator<Item = String> {
    pointer.split('/').skip(1).map(unescaped)
}

/// A place in a document during a walk: a linked list on the call stack, which becomes a pointer only when needed.
#[derive(Clone, Copy, Debug)]
pub enum Path<'p> {
    /// The start of the walk: a pointer.
    Start(&'p str),
    /// A member of an object.
    Member(&'p Path<'p>, &'p str),
    /// An element of an array.
    Element(&'p Path<'p>, usize),
}

impl Path<'_> {
    /// The pointer to this place.
    pub fn pointer(&self) -> String {
        match self {
            Path::Start(pointer) => (*pointer).to_owned(),
            Path::Member(parent, name) => {
                let mut pointer = parent.pointer();
                push_token(&mut pointer, name);
                pointer
            }
            Path::Element(parent, index) => format!("{}/{index}", parent.pointer()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_escaped_and_unescaped() {
        let list = Path::Member(&Path::Start("/x"), "a/b~c");
        let pointer = Path::Element(&list, 3).pointer();
        assert_eq!(pointer, "/x/a~1b~0c/3");
        assert_eq!(tokens(&pointer).collect::<Vec<_>>(), ["x", "a/b~c", "3"]);
        assert_eq!(tokens("").count(), 0);
        assert_eq!(below("/x", "a/b~c"), "/x/a~1b~0c");
        assert_eq!(unescaped("a~1b~0c~01"), "a/b~c~1");
    }
}
